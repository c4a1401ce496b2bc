package io.github.qos4j;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A consistent look at a handle.
 *
 * @param state the state
 * @param since when the handle entered that state
 * @param backend the backend in use, or the name that was asked for ({@code auto} for
 * example) while it has not been chosen
 * @param version the version asked for
 * @param reason why the handle is not open, or why it fell back to a backend that marks
 * nothing; {@code null} where all is well
 * @param error the failed call behind {@code reason}; in an open handle the last failed
 * call since it opened; {@code null} where there was none
 * @param nextTry when opening is tried again, or {@code null} where it is not
 * @param flows how many flows there are
 * @param hanging how many lost sessions and attempts to open hang in a native call that
 * does not return; each holds a thread, and there are three at most
 */
public record HandleStatus(HandleState state, Instant since, String backend, QosVersion version,
		@Nullable String reason, @Nullable QosException error, @Nullable Instant nextTry, FlowCounts flows,
		int hanging) {

}
