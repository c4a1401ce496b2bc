/**
 * The backend {@code recording}, for tests of applications: it touches no socket and
 * tells what was asked for.
 */
@NullMarked
package io.github.qos4j.recording;

import org.jspecify.annotations.NullMarked;
