/**
 * Marks the channels of Netty.
 */
@NullMarked
package io.github.qos4j.netty;

import org.jspecify.annotations.NullMarked;
