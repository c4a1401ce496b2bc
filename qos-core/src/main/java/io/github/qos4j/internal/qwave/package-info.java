/**
 * The backend {@code qwave}: Windows' qWAVE service. Structures, constants and functions
 * keep the spelling of the vendor's header {@code qos2.h}. Not API.
 */
@NullMarked
package io.github.qos4j.internal.qwave;

import org.jspecify.annotations.NullMarked;
