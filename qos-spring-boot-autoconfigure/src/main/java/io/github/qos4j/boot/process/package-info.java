/**
 * Connections that no hook reaches.
 */
@NullMarked
package io.github.qos4j.boot.process;

import org.jspecify.annotations.NullMarked;
