/**
 * Auto-configuration that marks HTTP clients.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.client.http;

import org.jspecify.annotations.NullMarked;
