/**
 * Auto-configuration that marks clients.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.client;

import org.jspecify.annotations.NullMarked;
