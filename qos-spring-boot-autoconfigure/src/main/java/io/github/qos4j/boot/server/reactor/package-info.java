/**
 * Marks the connections of Reactor Netty's server.
 */
@NullMarked
package io.github.qos4j.boot.server.reactor;

import org.jspecify.annotations.NullMarked;
