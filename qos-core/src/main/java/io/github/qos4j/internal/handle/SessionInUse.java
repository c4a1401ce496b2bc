package io.github.qos4j.internal.handle;

import java.util.function.Supplier;

import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.internal.util.Monitor;
import org.jspecify.annotations.Nullable;

/**
 * The session that a handle uses, while it has one. Guarded by the handle's lock.
 */
final class SessionInUse {

	private final Monitor monitor;

	private final Supplier<QosUnavailableException> notOpen;

	private @Nullable SessionLane lane;

	/**
	 * Create it without a session.
	 * @param notOpen tells why there is none
	 */
	SessionInUse(Monitor monitor, Supplier<QosUnavailableException> notOpen) {
		this.monitor = monitor;
		this.notOpen = notOpen;
	}

	@Nullable SessionLane get() {
		return this.lane;
	}

	boolean is(SessionLane other) {
		return this.lane == other;
	}

	/**
	 * Return the session.
	 * @throws QosUnavailableException if there is none
	 */
	SessionLane require() {
		SessionLane current = this.lane;
		if (current == null) {
			throw notOpen();
		}
		return current;
	}

	/**
	 * Return why there is no session.
	 */
	QosUnavailableException notOpen() {
		return this.notOpen.get();
	}

	void use(SessionLane newLane) {
		this.lane = newLane;
	}

	void leave() {
		this.lane = null;
	}

	/**
	 * Note that a call on a session has ended. Under the lock or not.
	 */
	void callEnded(SessionLane target) {
		this.monitor.run(() -> {
			target.ended();
			this.monitor.changed();
		});
	}

}
