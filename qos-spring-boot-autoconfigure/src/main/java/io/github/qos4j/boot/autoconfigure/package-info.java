/**
 * Auto-configuration of a {@link io.github.qos4j.QosHandle} from the {@code qos.*}
 * properties.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure;

import org.jspecify.annotations.NullMarked;
