package io.github.qos4j.internal.handle;

import java.time.Duration;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.internal.util.Timer;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * What a failed call means: is it the handle, or is it the flow that the call was about?
 * Nothing here is called under the handle's lock.
 */
final class Verdicts {

	/** A call that there is no need for. */
	static final Runnable NOTHING = () -> {
	};

	private final Monitor monitor;

	private final SessionInUse session;

	private final Timer timer;

	/** After which time a session is asked again whose answer left doubts. */
	private final Duration pause;

	private final FlowsOwner owner;

	private final Gone gone;

	/** The session that is asked again. Guarded by the lock. */
	private @Nullable SessionLane doubted;

	Verdicts(HandleParts parts, Gone gone) {
		this.monitor = parts.monitor();
		this.session = parts.session();
		this.timer = parts.timer();
		this.pause = parts.settings().backoff().initial();
		this.owner = parts.owner();
		this.gone = gone;
	}

	/**
	 * Return whether a failure may mean that the session is dead.
	 */
	static boolean isLost(@Nullable QosException failure) {
		return failure != null && failure.errorCase() == ErrorCase.HANDLE_LOST;
	}

	/**
	 * Return why a session is dead, or {@code null} if it lives as far as it tells.
	 */
	static @Nullable QosException verify(QosSession session) {
		try {
			session.verifyAlive();
			return null;
		}
		catch (Throwable ex) {
			return QosException.of(ex);
		}
	}

	/**
	 * Return why a session is dead, or {@code null} if it lives as far as it tells. One
	 * that leaves doubts is asked again soon. Called as a call of that session.
	 */
	@Nullable QosException verify(SessionLane target) {
		QosException failure = verify(target.session);
		if (isLost(failure)) {
			return failure;
		}
		if (failure != null) {
			doubt(target);
		}
		return null;
	}

	/**
	 * Return whether a failed call means that its session is dead. Called as a call of
	 * that session.
	 */
	boolean isDead(SessionLane target, @Nullable QosException failure) {
		return isLost(failure) && verify(target) != null;
	}

	private void doubt(SessionLane target) {
		boolean first = this.monitor.get(() -> {
			boolean news = this.session.is(target) && this.doubted != target;
			this.doubted = news ? target : this.doubted;
			return news;
		});
		if (first) {
			this.timer.schedule(this.pause, () -> this.monitor.get(() -> {
				if (this.doubted != target) {
					return NOTHING;
				}
				this.doubted = null;
				return this.session.is(target) ? target.submit(() -> verifyAgain(target)) : NOTHING;
			}).run());
		}
	}

	private void verifyAgain(SessionLane target) {
		QosException failure = verify(target);
		this.session.callEnded(target);
		if (failure != null) {
			this.owner.lost(target, failure);
		}
	}

	/**
	 * End a call that has failed, and do what its failure means for the session, and for
	 * the flow that it was about. Called as a call of that session.
	 */
	void callFailed(SessionLane target, @Nullable ManagedFlow flow, QosException failure) {
		boolean dead = isDead(target, failure);
		if (!dead && flow != null && mayBeGone(failure)) {
			check(target, flow);
		}
		this.session.callEnded(target);
		if (dead) {
			this.owner.lost(target, failure);
		}
	}

	private static boolean mayBeGone(QosException failure) {
		return isLost(failure) || failure.errorCase() == ErrorCase.NOT_FOUND;
	}

	/**
	 * Look whether a flow is still in force, and have it put in force anew if not. Called
	 * as a call of that session.
	 * @return whether it is
	 */
	boolean check(SessionLane target, ManagedFlow flow) {
		SessionFlow sessionFlow = this.monitor.get(() -> this.session.is(target) ? flow.sessionFlow() : null);
		if (sessionFlow == null) {
			return true;
		}
		try {
			target.callBegins();
			target.session.check(sessionFlow);
			return true;
		}
		catch (Throwable ex) {
			if (!mayBeGone(QosException.of(ex))) {
				return true;
			}
			this.gone.gone(target, flow, sessionFlow);
			return false;
		}
	}

	/**
	 * Told of flows that are gone.
	 */
	@FunctionalInterface
	interface Gone {

		/**
		 * A flow is not in force although its session lives, or so the system says.
		 * Called as a call of that session, not under the lock.
		 */
		void gone(SessionLane lane, ManagedFlow flow, SessionFlow sessionFlow);

	}

}
