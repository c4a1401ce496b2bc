/**
 * Which backend a handle takes, and why not another.
 */
@NullMarked
package io.github.qos4j.internal.backend;

import org.jspecify.annotations.NullMarked;
