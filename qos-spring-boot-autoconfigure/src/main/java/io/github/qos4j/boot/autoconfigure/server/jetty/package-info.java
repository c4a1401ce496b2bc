/**
 * Auto-configuration that marks Jetty.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.server.jetty;

import org.jspecify.annotations.NullMarked;
