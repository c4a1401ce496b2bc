/**
 * Auto-configuration that marks Tomcat.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.server.tomcat;

import org.jspecify.annotations.NullMarked;
