/**
 * From a Java socket to its descriptor, safely against close. Used by the native backends
 * alone. Not API.
 */
@NullMarked
package io.github.qos4j.internal.jdk;

import org.jspecify.annotations.NullMarked;
