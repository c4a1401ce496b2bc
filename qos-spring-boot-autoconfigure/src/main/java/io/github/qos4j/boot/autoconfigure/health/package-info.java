/**
 * Auto-configuration of the health component {@code qos}.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.health;

import org.jspecify.annotations.NullMarked;
