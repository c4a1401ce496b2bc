/**
 * The interfaces that a backend implements to support a system. Applications need them
 * only to provide a backend of their own.
 */
@NullMarked
package io.github.qos4j.spi;

import org.jspecify.annotations.NullMarked;
