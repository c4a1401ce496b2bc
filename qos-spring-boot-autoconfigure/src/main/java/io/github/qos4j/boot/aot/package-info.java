/**
 * What a native image has to be told of.
 */
@NullMarked
package io.github.qos4j.boot.aot;

import org.jspecify.annotations.NullMarked;
