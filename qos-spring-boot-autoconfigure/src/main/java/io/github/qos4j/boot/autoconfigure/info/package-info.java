/**
 * Auto-configuration of the info contributor {@code qos}.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.info;

import org.jspecify.annotations.NullMarked;
