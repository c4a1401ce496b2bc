/**
 * Auto-configuration of the endpoint {@code qos}.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.endpoint;

import org.jspecify.annotations.NullMarked;
