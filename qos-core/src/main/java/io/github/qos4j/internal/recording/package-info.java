/**
 * The backend {@code recording}. Not API.
 */
@NullMarked
package io.github.qos4j.internal.recording;

import org.jspecify.annotations.NullMarked;
