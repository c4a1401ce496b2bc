/**
 * What all parts share: argument checks, threads, the lock, the timer, backoff. Knows
 * nothing but the JDK.
 */
@NullMarked
package io.github.qos4j.internal.util;

import org.jspecify.annotations.NullMarked;
