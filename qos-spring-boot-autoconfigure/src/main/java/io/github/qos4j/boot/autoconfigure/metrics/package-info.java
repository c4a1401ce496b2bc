/**
 * Auto-configuration of meters.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.metrics;

import org.jspecify.annotations.NullMarked;
