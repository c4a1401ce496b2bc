package io.github.qos4j.internal.handle;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.internal.util.Timer;

/**
 * Flows with sockets that wait to be connected, which nobody tells of: they are looked at
 * now and then.
 */
final class PeerWaits {

	/** How often unconnected sockets are looked at. */
	private static final Duration CHECK = Duration.ofMillis(50);

	private final Monitor monitor;

	private final Timer timer;

	private final Predicate<ManagedFlow> ready;

	private final Consumer<List<ManagedFlow>> action;

	/** In the order in which they came. Guarded by the lock. */
	private final Set<ManagedFlow> waiting = new LinkedHashSet<>();

	private boolean scheduled;

	/**
	 * Create it.
	 * @param ready tells whether a flow can go on. Not called under the lock
	 * @param action goes on with flows. Not called under the lock
	 */
	PeerWaits(Monitor monitor, Timer timer, Predicate<ManagedFlow> ready, Consumer<List<ManagedFlow>> action) {
		this.monitor = monitor;
		this.timer = timer;
		this.ready = ready;
		this.action = action;
	}

	/**
	 * Go on with a flow once it has a peer. Called under the lock.
	 */
	void add(ManagedFlow flow) {
		this.waiting.add(flow);
		schedule();
	}

	/**
	 * Forget a flow. Called under the lock.
	 */
	void remove(ManagedFlow flow) {
		this.waiting.remove(flow);
	}

	private void schedule() {
		if (!this.scheduled && !this.waiting.isEmpty()) {
			this.scheduled = true;
			this.timer.schedule(CHECK, this::check);
		}
	}

	private void check() {
		List<ManagedFlow> all = this.monitor.get(() -> List.copyOf(this.waiting));
		// Not under the lock: a socket that closes slowly makes those wait who ask it.
		List<ManagedFlow> connected = all.stream().filter(this.ready).toList();
		this.monitor.run(() -> {
			connected.forEach(this.waiting::remove);
			this.scheduled = false;
			schedule();
		});
		this.action.accept(connected);
	}

}
