package io.github.qos4j;

import java.time.Instant;
import java.util.List;

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

	private final boolean paused;

	private final List<BackendRefusal> refusals;

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
		this.paused = builder.paused;
		this.refusals = builder.refusals;
	}

	/**
	 * Return a builder, for tests and for decorators of handles. It starts with version
	 * 1.0, backend {@code none}, no flows, and the epoch as the time of the state change.
	 * @param state the state
	 * @return a new builder
	 * @throws IllegalArgumentException if the state is null
	 */
	public static Builder builder(HandleState state) {
		return new Builder(Assert.notNull(state, "state"));
	}

	/**
	 * Return a builder that starts with the values of this status.
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
	 * Return when the handle entered its current state.
	 * @return the time
	 */
	public Instant since() {
		return this.since;
	}

	/**
	 * Return the name of the backend in use. Until one has been chosen, this is the
	 * requested name, for example {@code auto}.
	 * @return the name
	 */
	public String backend() {
		return this.backend;
	}

	/**
	 * Return the requested version of the QoS subsystem.
	 * @return the version
	 */
	public QosVersion version() {
		return this.version;
	}

	/**
	 * Return why the handle is not open, or why it is open with a backend that marks
	 * nothing.
	 * @return the reason in words, or {@code null} if there is none: the handle is open
	 * and can mark, or nothing has failed
	 */
	public @Nullable String reason() {
		return this.reason;
	}

	/**
	 * Return the failure behind {@link #reason}; for an open handle that can mark, the
	 * last failure of a flow, a removal or a tracking that still matters. Cleared when
	 * the problem is over.
	 * @return the failure, or {@code null} if there is none
	 */
	public @Nullable QosException error() {
		return this.error;
	}

	/**
	 * Return when the next attempt to open is due.
	 * @return the time, or {@code null} if no attempt is scheduled
	 */
	public @Nullable Instant nextTry() {
		return this.nextTry;
	}

	/**
	 * Return the number of open flows in each state.
	 * @return the counts
	 */
	public FlowCounts flows() {
		return this.flows;
	}

	/**
	 * Return how many abandoned sessions and attempts to open are stuck in a native call.
	 * Each of them occupies a thread; no new attempt starts while there are three.
	 * @return the number
	 */
	public int hanging() {
		return this.hanging;
	}

	/**
	 * Return whether marking is paused, see {@link QosHandle#pauseMarking()}.
	 * @return {@code true} if flows are out of force, or on their way out, until it is
	 * resumed
	 */
	public boolean paused() {
		return this.paused;
	}

	/**
	 * Return why backends that come before the one in use were not chosen.
	 * @return the refusals, in the order of the backends; empty until one has been chosen
	 */
	public List<BackendRefusal> refusals() {
		return this.refusals;
	}

	@Override
	public String toString() {
		return this.state + (this.paused ? " (marking is paused)" : "") + " since " + this.since
				+ ((this.reason != null) ? ": " + this.reason : "");
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

		private boolean paused;

		private List<BackendRefusal> refusals = List.of();

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
			this.paused = status.paused;
			this.refusals = status.refusals;
		}

		/**
		 * Set the state.
		 * @param state the new value
		 * @return this builder
		 * @throws IllegalArgumentException if the value is null
		 */
		public Builder state(HandleState state) {
			this.state = Assert.notNull(state, "state");
			return this;
		}

		/**
		 * Set when the handle entered its current state.
		 * @param since the new value
		 * @return this builder
		 * @throws IllegalArgumentException if the value is null
		 */
		public Builder since(Instant since) {
			this.since = Assert.notNull(since, "since");
			return this;
		}

		/**
		 * Set the name of the backend in use, or the requested name.
		 * @param backend the new value
		 * @return this builder
		 * @throws IllegalArgumentException if the value is null
		 */
		public Builder backend(String backend) {
			this.backend = Assert.notNull(backend, "backend");
			return this;
		}

		/**
		 * Set the requested version of the QoS subsystem.
		 * @param version the new value
		 * @return this builder
		 * @throws IllegalArgumentException if the value is null
		 */
		public Builder version(QosVersion version) {
			this.version = Assert.notNull(version, "version");
			return this;
		}

		/**
		 * Set why the handle is not open, or why it is open with a backend that marks
		 * nothing.
		 * @param reason the new value, or {@code null} if there is no reason
		 * @return this builder
		 */
		public Builder reason(@Nullable String reason) {
			this.reason = reason;
			return this;
		}

		/**
		 * Set the failure behind the reason, or the last failure that still matters.
		 * @param error the new value, or {@code null} if there is none
		 * @return this builder
		 */
		public Builder error(@Nullable QosException error) {
			this.error = error;
			return this;
		}

		/**
		 * Set when the next attempt to open is due.
		 * @param nextTry the new value, or {@code null} if no attempt is scheduled
		 * @return this builder
		 */
		public Builder nextTry(@Nullable Instant nextTry) {
			this.nextTry = nextTry;
			return this;
		}

		/**
		 * Set the number of open flows in each state.
		 * @param flows the new value
		 * @return this builder
		 * @throws IllegalArgumentException if the value is null
		 */
		public Builder flows(FlowCounts flows) {
			this.flows = Assert.notNull(flows, "flows");
			return this;
		}

		/**
		 * Set how many abandoned sessions and attempts to open are stuck in a native
		 * call.
		 * @param hanging the new value
		 * @return this builder
		 */
		public Builder hanging(int hanging) {
			this.hanging = hanging;
			return this;
		}

		/**
		 * Set whether marking is paused.
		 * @param paused the new value
		 * @return this builder
		 */
		public Builder paused(boolean paused) {
			this.paused = paused;
			return this;
		}

		/**
		 * Set why backends were not chosen.
		 * @param refusals the new value
		 * @return this builder
		 * @throws IllegalArgumentException if the value is null
		 */
		public Builder refusals(List<BackendRefusal> refusals) {
			this.refusals = List.copyOf(Assert.notNull(refusals, "refusals"));
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
