/**
 * Auto-configuration that marks what no hook reaches.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.process;

import org.jspecify.annotations.NullMarked;
