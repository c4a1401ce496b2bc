/**
 * The backend {@code none}. Not API.
 */
@NullMarked
package io.github.qos4j.internal.none;

import org.jspecify.annotations.NullMarked;
