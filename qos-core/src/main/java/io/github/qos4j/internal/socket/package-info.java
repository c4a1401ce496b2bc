/**
 * The backend {@code socket}: socket options of Linux. Not API.
 */
@NullMarked
package io.github.qos4j.internal.socket;

import org.jspecify.annotations.NullMarked;
