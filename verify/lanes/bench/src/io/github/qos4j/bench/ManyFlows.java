package io.github.qos4j.bench;

import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;

/**
 * Measures adding and closing a flow among many that are open, against among few. Prints
 * the microseconds among few, among few again, and among many. Arguments: those of
 * {@link Rounds}, flows in a turn, and how few and how many are open.
 */
public final class ManyFlows {

	/** As many sockets have their turn, since the same one again would be in the caches. */
	private static final int SOCKETS = 100;

	private static final int WARM_UP = 500;

	private final QosHandle handle;

	private final List<DatagramChannel> open;

	private final List<DatagramChannel> sockets;

	private final Deque<QosFlow> flows = new ArrayDeque<>();

	private ManyFlows(QosHandle handle, int most) throws Exception {
		this.handle = handle;
		this.open = Handles.sockets(most, StandardProtocolFamily.INET);
		this.sockets = Handles.sockets(SOCKETS, StandardProtocolFamily.INET);
	}

	public static void main(String[] arguments) throws Exception {
		Rounds rounds = new Rounds(arguments);
		int times = Integer.parseInt(arguments[3]);
		int few = Integer.parseInt(arguments[4]);
		int many = Integer.parseInt(arguments[5]);
		try (QosHandle handle = Handles.open()) {
			ManyFlows flows = new ManyFlows(handle, many);
			flows.cycle(WARM_UP * SOCKETS);
			rounds.run("many", flows.among(few, times), flows.among(few, times), flows.among(many, times));
			Handles.requireMark(flows.flows.getLast());
		}
	}

	private Rounds.Turn among(int number, int times) {
		Rounds.Turn turn = Rounds.timed(times, this::cycle);
		return () -> {
			while (this.flows.size() < number) {
				this.flows.addLast(this.handle.addFlow(this.open.get(this.flows.size()), TrafficType.VOICE));
			}
			while (this.flows.size() > number) {
				this.flows.removeLast().close();
			}
			// What came before is not collected while time is taken.
			System.gc();
			return turn.measure();
		};
	}

	private void cycle(int times) {
		for (int i = 0; i < times; i++) {
			this.handle.addFlow(this.sockets.get(i % SOCKETS), TrafficType.VOICE).close();
		}
	}

}
