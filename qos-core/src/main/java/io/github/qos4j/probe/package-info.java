/**
 * Probes that find out which marks survive a network path.
 */
@NullMarked
package io.github.qos4j.probe;

import org.jspecify.annotations.NullMarked;
