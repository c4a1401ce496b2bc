/**
 * Auto-configuration that marks servers.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.server;

import org.jspecify.annotations.NullMarked;
