/**
 * Marks the connections of servers.
 */
@NullMarked
package io.github.qos4j.boot.server;

import org.jspecify.annotations.NullMarked;
