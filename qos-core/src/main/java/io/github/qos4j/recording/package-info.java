/**
 * The backend {@code recording} for tests of applications: it touches no sockets, and
 * lets tests inspect the requested flows.
 */
@NullMarked
package io.github.qos4j.recording;

import org.jspecify.annotations.NullMarked;
