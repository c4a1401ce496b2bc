/**
 * Marks the connections of HTTP clients.
 */
@NullMarked
package io.github.qos4j.boot.client.http;

import org.jspecify.annotations.NullMarked;
