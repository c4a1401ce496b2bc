/**
 * Meters of handles and their flows, for Micrometer.
 */
@NullMarked
package io.github.qos4j.boot.metrics;

import org.jspecify.annotations.NullMarked;
