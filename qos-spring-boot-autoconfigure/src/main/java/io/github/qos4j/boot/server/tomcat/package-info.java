/**
 * Marks the connections of Tomcat.
 */
@NullMarked
package io.github.qos4j.boot.server.tomcat;

import org.jspecify.annotations.NullMarked;
