/**
 * An application that opens sockets, marks their traffic through the starter, and shows
 * what became of it.
 */
@NullMarked
package io.github.qos4j.sample;

import org.jspecify.annotations.NullMarked;
