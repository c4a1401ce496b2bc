/**
 * Policies: named options of flows, the connections that they are for, and what marks
 * connections by them.
 */
@NullMarked
package io.github.qos4j.policy;

import org.jspecify.annotations.NullMarked;
