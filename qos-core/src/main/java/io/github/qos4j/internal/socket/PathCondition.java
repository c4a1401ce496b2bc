package io.github.qos4j.internal.socket;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.spi.PendingCondition;
import io.github.qos4j.QosException;
import io.github.qos4j.internal.socket.MarkedSocket.Claim;
import org.jspecify.annotations.Nullable;

/**
 * A wait for a condition of the path, decided by samples of what the kernel knows about a
 * flow's connections.
 * <p>
 * A connection meets congestion between two samples if it has sent something again, if a
 * router has marked what it sent, or if it fills the path while a round trip takes more
 * than twice as long as the shortest and more than {@link #MOST_QUEUEING_MICROS} longer.
 * <ul>
 * <li>{@code CONGESTED} holds as soon as one connection of the flow meets
 * congestion.</li>
 * <li>{@code UNCONGESTED} holds when none has in {@link #CALM_SAMPLES} samples
 * running.</li>
 * <li>{@code AVAILABLE} holds when what the flow's connections have delivered in
 * {@link #CARRIED_SAMPLES} intervals running, headers included, comes to that rate, and
 * none has met congestion. So it is never guessed: what was not sent is not known to be
 * available. The kernel's own estimate cannot be used, since it takes the rate of a burst
 * that fits into a buffer for that of the path.</li>
 * </ul>
 */
final class PathCondition implements PendingCondition {

	/**
	 * The queueing delay at which RFC 6817 has transports stand back. Peers that delay
	 * their acknowledgements stay below it.
	 */
	static final long MOST_QUEUEING_MICROS = 100_000;

	/** A second, at the sampler's interval. */
	static final int CALM_SAMPLES = 5;

	static final int CARRIED_SAMPLES = 3;

	private final SocketFlow flow;

	private final FlowCondition condition;

	private final Consumer<@Nullable QosException> completion;

	private final Consumer<PathCondition> atEnd;

	private final LongSupplier clock;

	private final System.Logger logger;

	private final AtomicBoolean over = new AtomicBoolean();

	/** The last sample of each connection. */
	private final Map<Claim, TcpInfo> samples = new IdentityHashMap<>();

	private int calm;

	/** What has been delivered in all. */
	private long delivered;

	/** The last points in time since there was congestion. */
	private final Deque<Point> points = new ArrayDeque<>(CARRIED_SAMPLES + 2);

	/**
	 * Create a wait, and take the first samples.
	 * @param atEnd called before {@code completion}
	 * @param clock tells nanoseconds
	 * @param logger where it is logged that {@code completion} has thrown
	 * @throws QosException if the condition cannot be told for this flow
	 */
	PathCondition(SocketFlow flow, FlowCondition condition, Consumer<@Nullable QosException> completion,
			Consumer<PathCondition> atEnd, LongSupplier clock, System.Logger logger) {
		this.flow = flow;
		this.condition = condition;
		this.completion = completion;
		this.atEnd = atEnd;
		this.clock = clock;
		this.logger = logger;
		if (flow.claims().stream().noneMatch(SocketReadings::isConnection)) {
			throw new QosException(ErrorCase.NOT_SUPPORTED, "Conditions of the path are known for TCP connections only",
					null, null);
		}
		if (!takeSamples().open) {
			throw new QosException(ErrorCase.SOCKET_CLOSED, "The socket is closed", null, null);
		}
		if (condition.kind() == FlowCondition.Kind.AVAILABLE) {
			requireKnowable();
		}
	}

	/**
	 * Refuse to wait for what will never be told.
	 */
	private void requireKnowable() {
		if (this.samples.values().stream().allMatch((sample) -> sample.acknowledged() == TcpInfo.UNKNOWN)) {
			throw new QosException(ErrorCase.NOT_SUPPORTED, "This kernel does not tell what has been delivered", null,
					null);
		}
		if (this.samples.keySet().stream().allMatch(this::isLimited)) {
			throw new QosException(ErrorCase.NOT_SUPPORTED,
					"What is available above the flow's own rate cannot be known: it is never sent",
					"Raise the flow's rate, or take it away", null);
		}
	}

	private boolean isLimited(Claim claim) {
		return this.flow.readings().outgoingRate(claim).orElse(Long.MAX_VALUE) < this.condition.bitsPerSecond();
	}

	/**
	 * Look at the connections once more. Called by one thread at a time.
	 */
	void sample() {
		if (this.over.get()) {
			return;
		}
		try {
			if (this.flow.isRemoved()) {
				cancel();
				return;
			}
			judge(takeSamples());
		}
		catch (QosException ex) {
			complete(ex);
		}
		catch (Throwable ex) {
			complete(new QosException(ErrorCase.UNKNOWN, "Sampling failed: " + ex, null, ex));
		}
	}

	private void judge(Samples now) {
		if (!now.open) {
			complete(new QosException(ErrorCase.SOCKET_CLOSED, "The socket is closed", null, null));
			return;
		}
		if (!now.comparable) {
			return;
		}
		this.calm = now.congested ? 0 : this.calm + 1;
		boolean holds = switch (this.condition.kind()) {
			case CONGESTED -> now.congested;
			case UNCONGESTED -> this.calm >= CALM_SAMPLES;
			case AVAILABLE -> bitsPerSecond(now) >= this.condition.bitsPerSecond();
		};
		if (holds) {
			complete(null);
		}
	}

	/**
	 * Return what has been delivered lately, or 0 unless there was no congestion for long
	 * enough.
	 */
	private double bitsPerSecond(Samples now) {
		if (now.congested) {
			this.points.clear();
		}
		this.delivered += now.delivered;
		Point last = new Point(this.clock.getAsLong(), this.delivered);
		this.points.addLast(last);
		if (this.points.size() <= CARRIED_SAMPLES) {
			return 0;
		}
		Point first = this.points.removeFirst();
		return (last.delivered - first.delivered) * 8e9 / Math.max(1, last.nanos - first.nanos);
	}

	private Samples takeSamples() {
		Samples taken = new Samples();
		for (Claim claim : this.flow.claims()) {
			if (!SocketReadings.isConnection(claim)) {
				continue;
			}
			try {
				TcpInfo now = this.flow.readings().tcpInfo(claim);
				taken.add(this.samples.put(claim, now), now);
			}
			catch (QosException ex) {
				if (ex.errorCase() != ErrorCase.SOCKET_CLOSED) {
					throw ex;
				}
				this.samples.remove(claim);
			}
		}
		return taken;
	}

	@Override
	public void cancel() {
		complete(new QosException(ErrorCase.CANCELLED, "The wait was cancelled", null, null));
	}

	private void complete(@Nullable QosException result) {
		if (!this.over.compareAndSet(false, true)) {
			return;
		}
		this.atEnd.accept(this);
		try {
			this.completion.accept(result);
		}
		catch (Throwable ex) {
			this.logger.log(System.Logger.Level.DEBUG, "The end of a wait cannot be told", ex);
		}
	}

	/**
	 * What had been delivered at a time.
	 */
	private record Point(long nanos, long delivered) {

	}

	/**
	 * What the connections of a flow show together.
	 */
	private static final class Samples {

		/** Whether a connection is open, or will be. */
		boolean open;

		/** Whether there is something to compare with. */
		boolean comparable;

		boolean congested;

		/** How many bytes have arrived since the last ones. */
		long delivered;

		void add(@Nullable TcpInfo before, TcpInfo now) {
			this.open = true;
			if (before == null || !now.isMeasured()) {
				return;
			}
			this.comparable = true;
			long arrived = now.arrivedSince(before);
			this.delivered += arrived;
			boolean queued = arrived > 0 && !now.applicationLimited()
					&& now.roundTripMicros() > 2 * now.leastRoundTripMicros()
					&& now.roundTripMicros() - now.leastRoundTripMicros() > MOST_QUEUEING_MICROS;
			this.congested |= queued || now.retransmissions() > before.retransmissions()
					|| now.deliveredWithCe() > before.deliveredWithCe();
		}

	}

}
