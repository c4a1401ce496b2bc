package io.github.qos4j.recording;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.qos4j.Subscription;
import io.github.qos4j.spi.Availability;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionSettings;
import io.github.qos4j.spi.SystemListener;

/**
 * Backend for tests of applications. It touches no sockets, behaves as if every mark were
 * applied, and records all flows, so that a test can inspect them even after they are
 * closed. An instance records only the flows of the handles it was set on, so tests can
 * run in parallel.
 * <p>
 * A handle whose backend was selected by the name {@code recording} has a private
 * instance, which cannot be inspected.
 * <p>
 * Thread-safe; does not block. It keeps the latest 10,000 flows, and for each flow the
 * latest 1,000 sockets and marks.
 */
public final class RecordingBackend implements QosBackend {

	private static final int MOST_FLOWS = 10_000;

	private final Deque<RecordingFlow> flows = new ArrayDeque<>();

	private final Set<RecordingSession> sessions = ConcurrentHashMap.newKeySet();

	/** Held by one loss at a time. */
	private final Object losing = new Object();

	private final Set<SystemListener> listeners = ConcurrentHashMap.newKeySet();

	/**
	 * Create a backend without any recorded flows.
	 */
	public RecordingBackend() {
	}

	/**
	 * Return all flows put in force since this backend was created or cleared, open or
	 * closed.
	 * @return snapshots of the flows, in the order in which they were put in force
	 */
	public List<RecordedFlow> flows() {
		List<RecordingFlow> known;
		synchronized (this.flows) {
			known = new ArrayList<>(this.flows);
		}
		// Not under the lock: a socket that closes slowly makes those wait who ask.
		return known.stream().map(RecordingFlow::toRecord).toList();
	}

	/**
	 * Forget all recorded flows, including open ones, which stay open. Use it between
	 * tests.
	 * @see #clearPast()
	 */
	public void clear() {
		synchronized (this.flows) {
			this.flows.clear();
		}
	}

	/**
	 * Forget what is over: flows that are closed or have no open socket, closed sockets
	 * of other flows, and all but the latest mark of those that remain. Use it between
	 * tests that share flows, such as that of a server which runs for all of them.
	 */
	public void clearPast() {
		Set<RecordingFlow> past = new HashSet<>();
		List<RecordingFlow> known;
		synchronized (this.flows) {
			known = new ArrayList<>(this.flows);
		}
		// Not under the lock: a socket that closes slowly makes those wait who ask.
		for (RecordingFlow flow : known) {
			if (!flow.forgetPast()) {
				past.add(flow);
			}
		}
		synchronized (this.flows) {
			this.flows.removeIf(past::contains);
		}
	}

	/**
	 * Act as Windows does when it sleeps: every native handle is dead, with all its
	 * flows, and the system tells that it has resumed. Handles open again soon and add
	 * their flows anew, which are recorded as further flows. Calls from several threads
	 * are made one after the other, and what is lost already is not lost again: it is one
	 * loss as long as no handle has opened again, and otherwise another.
	 */
	public void lose() {
		synchronized (this.losing) {
			List<RecordingFlow> dropped = new ArrayList<>();
			// Nothing is opened before it is told, or that would seem to be dead, too.
			synchronized (this.sessions) {
				boolean lost = false;
				for (RecordingSession session : this.sessions) {
					lost |= session.lose(dropped);
				}
				if (lost) {
					this.listeners.forEach(SystemListener::resumed);
				}
			}
			// Not under that lock: a socket that closes slowly makes those wait who ask.
			dropped.forEach(RecordingFlow::close);
		}
	}

	private void record(RecordingFlow flow) {
		synchronized (this.flows) {
			if (this.flows.size() == MOST_FLOWS) {
				this.flows.removeFirst();
			}
			this.flows.addLast(flow);
		}
	}

	@Override
	public String name() {
		return "recording";
	}

	@Override
	public Availability availability() {
		return Availability.yes();
	}

	@Override
	public boolean isAutomatic() {
		return false;
	}

	@Override
	public boolean mayBlock() {
		return false;
	}

	@Override
	public QosSession open(SessionSettings settings) {
		RecordingSession session = new RecordingSession(this::record, this.sessions::remove);
		synchronized (this.sessions) {
			this.sessions.add(session);
		}
		return session;
	}

	@Override
	public Subscription watch(SystemListener listener) {
		this.listeners.add(listener);
		return () -> this.listeners.remove(listener);
	}

}
