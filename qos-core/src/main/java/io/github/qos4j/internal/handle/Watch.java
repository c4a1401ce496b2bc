package io.github.qos4j.internal.handle;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import io.github.qos4j.ServiceState;
import io.github.qos4j.Subscription;
import io.github.qos4j.internal.util.Timer;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.SystemListener;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what nobody tells: that a session is dead, that a call hangs, that the
 * service was started again; and hears what the system tells. A handle that calls nothing
 * would otherwise never learn that its flows are gone.
 */
final class Watch implements SystemListener {

	/** Changes of addresses and routes come in swarms. */
	private static final Duration GATHERING = Duration.ofSeconds(1);

	private final HandleSessions sessions;

	private final BackendInUse backend;

	private final HandleSettings settings;

	private final Timer timer;

	private final Function<String, ExecutorService> threads;

	private final AtomicBoolean networkChanged = new AtomicBoolean();

	private final AtomicBoolean serviceAsked = new AtomicBoolean();

	private @Nullable Subscription registration;

	private @Nullable ExecutorService serviceThread;

	private boolean ended;

	/**
	 * When the service was last seen stopped, as {@link Timer#nanoTime()}, until it is
	 * seen running again.
	 */
	private volatile @Nullable Long serviceStopped;

	Watch(HandleSessions sessions, BackendInUse backend, HandleSettings settings, Timer timer,
			Function<String, ExecutorService> threads) {
		this.threads = threads;
		this.sessions = sessions;
		this.backend = backend;
		this.settings = settings;
		this.timer = timer;
	}

	/**
	 * Begin, once it is known what to watch.
	 */
	void begin(QosBackend chosen) {
		// Not under the lock, which whoever closes the handle takes.
		Subscription registered = chosen.watch(this);
		if (!begin(chosen, registered)) {
			registered.close();
		}
	}

	private synchronized boolean begin(QosBackend chosen, Subscription registered) {
		if (this.ended) {
			return false;
		}
		this.registration = registered;
		if (chosen.mayBlock()) {
			this.serviceThread = this.threads.apply("qos-service-" + this.settings.name());
		}
		this.timer.schedule(this.settings.checkInterval(), this::check);
		return true;
	}

	synchronized void end() {
		this.ended = true;
		if (this.registration != null) {
			this.registration.close();
			this.registration = null;
		}
		if (this.serviceThread != null) {
			this.serviceThread.shutdownNow();
			this.serviceThread = null;
		}
	}

	private void check() {
		this.timer.schedule(this.settings.checkInterval(), this::check);
		this.sessions.check();
		askForService();
	}

	/**
	 * Ask for the service's state, which can take its time, one question at a time.
	 */
	private synchronized void askForService() {
		if (this.serviceThread != null && this.serviceAsked.compareAndSet(false, true)) {
			this.serviceThread.execute(() -> {
				try {
					service(this.backend.queryServiceStatus().state());
				}
				finally {
					this.serviceAsked.set(false);
				}
			});
		}
	}

	private void service(ServiceState state) {
		if (state == ServiceState.STOPPED || state == ServiceState.NOT_INSTALLED) {
			this.serviceStopped = this.timer.nanoTime();
			return;
		}
		Long stopped = this.serviceStopped;
		if (state == ServiceState.RUNNING && stopped != null) {
			this.serviceStopped = null;
			// One that was opened since is a new one already.
			if (this.sessions.age().toNanos() >= this.timer.nanoTime() - stopped) {
				this.sessions.revive("The service was stopped and started again", this.timer.nanoTime());
			}
		}
	}

	@Override
	public void resumed() {
		long told = this.timer.nanoTime();
		this.timer.schedule(Duration.ZERO, () -> this.sessions.revive("The system has come back from standby", told));
	}

	@Override
	public void unavailable(String what, Throwable cause) {
		this.settings.logger().log(Level.DEBUG, what, cause);
	}

	@Override
	public void networkChanged() {
		if (this.networkChanged.compareAndSet(false, true)) {
			this.timer.schedule(GATHERING, () -> {
				this.networkChanged.set(false);
				this.sessions.tryNow();
			});
		}
	}

}
