/**
 * Marks the connections of Jetty.
 */
@NullMarked
package io.github.qos4j.boot.server.jetty;

import org.jspecify.annotations.NullMarked;
