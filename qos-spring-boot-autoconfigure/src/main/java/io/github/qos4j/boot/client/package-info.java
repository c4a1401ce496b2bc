/**
 * Marks the connections of clients.
 */
@NullMarked
package io.github.qos4j.boot.client;

import org.jspecify.annotations.NullMarked;
