/**
 * Probes, which find out which marks arrive at the other end of a path.
 */
@NullMarked
package io.github.qos4j.probe;

import org.jspecify.annotations.NullMarked;
