package io.github.qos4j.internal.qwave;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import com.sun.jna.Pointer;
import io.github.qos4j.Subscription;
import io.github.qos4j.spi.SystemListener;

/**
 * Tells all handles of this process what happens to the system, through one registration
 * with each source, which exists while somebody listens.
 */
final class SystemEvents {

	private final List<SystemListener> listeners = new CopyOnWriteArrayList<>();

	private final List<Source> sources;

	/** What ends the registrations that succeeded. Guarded by this. */
	private final List<Runnable> registered = new ArrayList<>();

	/** What tells of those that did not. Guarded by this. */
	private final List<Consumer<SystemListener>> unavailable = new ArrayList<>();

	SystemEvents(List<Source> sources) {
		this.sources = sources;
	}

	synchronized Subscription add(SystemListener listener) {
		if (this.listeners.isEmpty()) {
			this.sources.forEach(this::register);
		}
		this.listeners.add(listener);
		this.unavailable.forEach((news) -> news.accept(listener));
		return () -> remove(listener);
	}

	private void register(Source source) {
		try {
			this.registered.add(source.register(this::tell));
		}
		catch (RuntimeException | LinkageError ex) {
			this.unavailable.add((listener) -> listener.unavailable(source.news(), ex));
		}
	}

	/**
	 * Called by threads of the system, which may not be held up.
	 */
	private void tell(Consumer<SystemListener> event) {
		this.listeners.forEach(event);
	}

	private synchronized void remove(SystemListener listener) {
		if (this.listeners.remove(listener) && this.listeners.isEmpty()) {
			this.registered.forEach(Runnable::run);
			this.registered.clear();
			this.unavailable.clear();
		}
	}

	/**
	 * A source of events.
	 */
	interface Source {

		/**
		 * Return of what it tells, in words.
		 */
		String news();

		/**
		 * Register for events.
		 * @param receiver receives them on any thread
		 * @return ends the registration; not called by a thread that brings an event
		 * @throws IllegalStateException if the system refuses
		 * @throws LinkageError if its library cannot be loaded or is incomplete
		 */
		Runnable register(Consumer<Consumer<SystemListener>> receiver);

		/**
		 * Throw unless a function of Windows has succeeded.
		 */
		static Pointer check(String function, int error, Pointer registration) {
			if (error != 0) {
				throw new IllegalStateException(Win32Error.of(function, error).toString());
			}
			return registration;
		}

	}

}
