/**
 * Auto-configuration that marks Reactor Netty's server.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.server.reactor;

import org.jspecify.annotations.NullMarked;
