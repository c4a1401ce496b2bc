/**
 * What a system must offer so that handles work on it. Applications need nothing of this
 * unless they bring a backend of their own.
 */
@NullMarked
package io.github.qos4j.spi;

import org.jspecify.annotations.NullMarked;
