package io.github.qos4j.recording;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import io.github.qos4j.spi.Availability;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionSettings;

/**
 * Touches no socket, behaves as if every mark had been applied and keeps what was asked
 * for, so that the test of an application can look at its flows, also at those that it
 * has closed since. Each instance tells of the handles that it was given to and of no
 * others, so tests can run side by side.
 * <p>
 * A handle whose backend was set by the name {@code recording} has an instance of its
 * own, which nobody else can ask.
 * <p>
 * Thread-safe; nothing here waits. The latest 10,000 flows are kept, and of each the
 * latest 1,000 sockets and options.
 */
public final class RecordingBackend implements QosBackend {

	private static final int MOST_FLOWS = 10_000;

	private final Deque<RecordingFlow> flows = new ArrayDeque<>();

	/**
	 * Create a backend that has recorded nothing yet.
	 */
	public RecordingBackend() {
	}

	/**
	 * Return all flows that were put in force since this was created or cleared, open or
	 * not.
	 * @return the flows as they are now, in the order in which they were put in force
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
	 * Forget all flows, those that are open included, for the next test. They stay open.
	 */
	public void clear() {
		synchronized (this.flows) {
			this.flows.clear();
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
		return new RecordingSession(this::record);
	}

}
