/**
 * Health of a {@link io.github.qos4j.QosHandle}.
 */
@NullMarked
package io.github.qos4j.boot.health;

import org.jspecify.annotations.NullMarked;
