/**
 * Auto-configuration that marks a separate management server.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.server.management;

import org.jspecify.annotations.NullMarked;
