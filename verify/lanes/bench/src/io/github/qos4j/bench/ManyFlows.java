package io.github.qos4j.bench;

import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;

/**
 * Measures what one flow more and one less take among others that are open, and what
 * listing all of them takes. Prints for each number of open flows the microseconds of
 * adding and closing one, of adding one of a hundred and of closing one of them, and of a
 * list; and the threads of the process. Arguments: those of {@link Rounds}, flows in a
 * turn, and how many are open.
 */
public final class ManyFlows {

	/** As many sockets have their turn, since the same one again would be in the caches. */
	private static final int SOCKETS = 100;

	private static final int LISTS = 20;

	private static final int WARM_UP = 500;

	private final QosHandle handle;

	private final List<DatagramChannel> open;

	private final List<DatagramChannel> sockets;

	private final Deque<QosFlow> flows = new ArrayDeque<>();

	private final QosFlow[] added = new QosFlow[SOCKETS];

	private ManyFlows(QosHandle handle, int most) throws Exception {
		this.handle = handle;
		this.open = Handles.sockets(most, StandardProtocolFamily.INET);
		this.sockets = Handles.sockets(SOCKETS, StandardProtocolFamily.INET);
	}

	public static void main(String[] arguments) throws Exception {
		Rounds rounds = new Rounds(arguments);
		int times = Integer.parseInt(arguments[3]);
		int[] numbers = Arrays.stream(arguments).skip(4).mapToInt(Integer::parseInt).toArray();
		try (QosHandle handle = Handles.open()) {
			ManyFlows flows = new ManyFlows(handle, Arrays.stream(numbers).max().getAsInt());
			for (int i = 0; i < WARM_UP; i++) {
				flows.add();
				flows.close();
			}
			rounds.run("many", Arrays.stream(numbers)
				.mapToObj((number) -> flows.among(number, times))
				.toArray(Rounds.Turn[]::new));
			Handles.requireMark(flows.flows.getLast());
		}
	}

	private Rounds.Turn among(int number, int times) {
		Rounds.Turn cycle = Rounds.timed(times, (count) -> {
			for (int i = 0; i < count; i++) {
				this.handle.addFlow(this.sockets.get(i % SOCKETS), TrafficType.VOICE).close();
			}
		});
		return () -> {
			have(number);
			double both = cycle.measure()[0];
			long added = 0;
			long closed = 0;
			for (int i = 0; i < times; i += SOCKETS) {
				long start = System.nanoTime();
				add();
				long between = System.nanoTime();
				close();
				added += between - start;
				closed += System.nanoTime() - between;
			}
			return new double[] { both, added / 1e3 / times, closed / 1e3 / times, list(number) / 1e3 / LISTS,
					Thread.activeCount() };
		};
	}

	private void have(int number) {
		while (this.flows.size() < number) {
			this.flows.addLast(this.handle.addFlow(this.open.get(this.flows.size()), TrafficType.VOICE));
		}
		while (this.flows.size() > number) {
			this.flows.removeLast().close();
		}
		// What came before is not collected while time is taken.
		System.gc();
	}

	private long list(int number) {
		long start = System.nanoTime();
		for (int i = 0; i < LISTS; i++) {
			int listed = this.handle.flows().size();
			if (listed != number) {
				throw new IllegalStateException(listed + " flows instead of " + number);
			}
		}
		return System.nanoTime() - start;
	}

	private void add() {
		for (int i = 0; i < SOCKETS; i++) {
			this.added[i] = this.handle.addFlow(this.sockets.get(i), TrafficType.VOICE);
		}
	}

	private void close() {
		for (QosFlow flow : this.added) {
			flow.close();
		}
	}

}
