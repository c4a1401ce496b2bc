package io.github.qos4j;

import java.time.Instant;

import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * Immutable snapshot of a handle's state.
 */
public final class HandleStatus {

	private final HandleState state;

	private final Instant since;

	private final String backend;

	private final QosVersion version;

	private final @Nullable String reason;

	private final @Nullable QosException error;

	private final @Nullable Instant nextTry;

	private final FlowCounts flows;

	private final int hanging;

	private HandleStatus(Builder builder) {
		this.state = builder.state;
		this.since = builder.since;
		this.backend = builder.backend;
		this.version = builder.version;
		this.reason = builder.reason;
		this.error = builder.error;
		this.nextTry = builder.nextTry;
		this.flows = builder.flows;
		this.hanging = builder.hanging;
	}

	/**
	 * Return a builder, for tests and decorators of handles: version 1.0, the backend
	 * {@code none}, no flows, since the epoch.
	 * @param state the state
	 * @return a new builder
	 * @throws IllegalArgumentException if the state is null
	 */
	public static Builder builder(HandleState state) {
		return new Builder(Assert.notNull(state, "state"));
	}

	/**
	 * Return a builder that begins with this status.
	 * @return a new builder
	 */
	public Builder toBuilder() {
		return new Builder(this);
	}

	/**
	 * Return the state.
	 * @return the state
	 */
	public HandleState state() {
		return this.state;
	}

	/**
	 * Return when the handle entered that state.
	 * @return the time
	 */
	public Instant since() {
		return this.since;
	}

	/**
	 * Return the backend in use, or the name that was asked for ({@code auto} for
	 * example) while it has not been chosen.
	 * @return its name
	 */
	public String backend() {
		return this.backend;
	}

	/**
	 * Return the version asked for.
	 * @return the version
	 */
	public QosVersion version() {
		return this.version;
	}

	/**
	 * Return why the handle is not open, or why it fell back to a backend that marks
	 * nothing; {@code null} where all is well.
	 * @return the reason in words
	 */
	public @Nullable String reason() {
		return this.reason;
	}

	/**
	 * Return the failed call behind {@link #reason}; in an open handle the last failed
	 * call that still matters; {@code null} where there is none.
	 * @return the failure
	 */
	public @Nullable QosException error() {
		return this.error;
	}

	/**
	 * Return when opening is tried again, or {@code null} where it is not.
	 * @return the time
	 */
	public @Nullable Instant nextTry() {
		return this.nextTry;
	}

	/**
	 * Return how many flows there are.
	 * @return the counts
	 */
	public FlowCounts flows() {
		return this.flows;
	}

	/**
	 * Return how many lost sessions and attempts to open hang in a native call that does
	 * not return; each holds a thread, and there are three at most.
	 * @return the number
	 */
	public int hanging() {
		return this.hanging;
	}

	@Override
	public String toString() {
		return this.state + " since " + this.since + ((this.reason != null) ? ": " + this.reason : "");
	}

	/**
	 * Builds a {@link HandleStatus}. Not thread-safe.
	 */
	public static final class Builder {

		private HandleState state;

		private Instant since = Instant.EPOCH;

		private String backend = "none";

		private QosVersion version = QosVersion.V1_0;

		private @Nullable String reason;

		private @Nullable QosException error;

		private @Nullable Instant nextTry;

		private FlowCounts flows = new FlowCounts(0, 0, 0);

		private int hanging;

		private Builder(HandleState state) {
			this.state = state;
		}

		private Builder(HandleStatus status) {
			this.state = status.state;
			this.since = status.since;
			this.backend = status.backend;
			this.version = status.version;
			this.reason = status.reason;
			this.error = status.error;
			this.nextTry = status.nextTry;
			this.flows = status.flows;
			this.hanging = status.hanging;
		}

		/**
		 * Set the state.
		 * @param state the new value
		 * @return this builder
		 * @throws IllegalArgumentException if it is null
		 */
		public Builder state(HandleState state) {
			this.state = Assert.notNull(state, "state");
			return this;
		}

		/**
		 * Set when the handle entered that state.
		 * @param since the new value
		 * @return this builder
		 * @throws IllegalArgumentException if it is null
		 */
		public Builder since(Instant since) {
			this.since = Assert.notNull(since, "since");
			return this;
		}

		/**
		 * Set the backend in use, or the name that was asked for ({@code auto} for
		 * example) while it has not been chosen.
		 * @param backend the new value
		 * @return this builder
		 * @throws IllegalArgumentException if it is null
		 */
		public Builder backend(String backend) {
			this.backend = Assert.notNull(backend, "backend");
			return this;
		}

		/**
		 * Set the version asked for.
		 * @param version the new value
		 * @return this builder
		 * @throws IllegalArgumentException if it is null
		 */
		public Builder version(QosVersion version) {
			this.version = Assert.notNull(version, "version");
			return this;
		}

		/**
		 * Set why the handle is not open, or why it fell back to a backend that marks
		 * nothing; {@code null} where all is well.
		 * @param reason the new value
		 * @return this builder
		 */
		public Builder reason(@Nullable String reason) {
			this.reason = reason;
			return this;
		}

		/**
		 * Set the failed call behind {@link #reason}; in an open handle the last failed
		 * call that still matters; {@code null} where there is none.
		 * @param error the new value
		 * @return this builder
		 */
		public Builder error(@Nullable QosException error) {
			this.error = error;
			return this;
		}

		/**
		 * Set when opening is tried again, or {@code null} where it is not.
		 * @param nextTry the new value
		 * @return this builder
		 */
		public Builder nextTry(@Nullable Instant nextTry) {
			this.nextTry = nextTry;
			return this;
		}

		/**
		 * Set how many flows there are.
		 * @param flows the new value
		 * @return this builder
		 * @throws IllegalArgumentException if it is null
		 */
		public Builder flows(FlowCounts flows) {
			this.flows = Assert.notNull(flows, "flows");
			return this;
		}

		/**
		 * Set how many lost sessions and attempts to open hang in a native call that does
		 * not return; each holds a thread, and there are three at most.
		 * @param hanging the new value
		 * @return this builder
		 */
		public Builder hanging(int hanging) {
			this.hanging = hanging;
			return this;
		}

		/**
		 * Build the status.
		 * @return the status
		 */
		public HandleStatus build() {
			return new HandleStatus(this);
		}

	}

}
