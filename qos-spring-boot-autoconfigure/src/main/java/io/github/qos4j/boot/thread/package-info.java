/**
 * Threads of handles' surroundings.
 */
@NullMarked
package io.github.qos4j.boot.thread;

import org.jspecify.annotations.NullMarked;
