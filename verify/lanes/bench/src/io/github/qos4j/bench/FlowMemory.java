package io.github.qos4j.bench;

import java.lang.management.ManagementFactory;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.List;

import com.sun.management.ThreadMXBean;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;

/**
 * Measures the memory of a flow, in bytes: what the heap has more, after a collection,
 * with many flows open on sockets that were there before, divided by their number; and
 * what a thread allocates to add and close one. Prints the former, and then in each round
 * the latter twice. Arguments: those of {@link Rounds}, flows, and whether sockets are of
 * IPv4 alone.
 */
public final class FlowMemory {

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private static final int CYCLES = 2000;

	private static final int WARM_UP = 100_000;

	private FlowMemory() {
	}

	public static void main(String[] arguments) throws Exception {
		Rounds rounds = new Rounds(arguments);
		ProtocolFamily family = Boolean.parseBoolean(arguments[4]) ? StandardProtocolFamily.INET
				: StandardProtocolFamily.INET6;
		try (QosHandle handle = Handles.open()) {
			DatagramChannel socket = Handles.sockets(1, family).get(0);
			// All that is made once is there after this, and tables are as small as ever.
			Handles.cycle(handle, socket, WARM_UP);
			System.out.println("kept;" + kept(handle, Handles.sockets(Integer.parseInt(arguments[3]), family)));
			Rounds.Turn allocated = () -> new double[] { allocated(handle, socket) };
			rounds.run("allocated", allocated, allocated);
		}
	}

	private static double kept(QosHandle handle, List<DatagramChannel> sockets) {
		QosFlow[] flows = new QosFlow[sockets.size()];
		long before = used();
		for (int i = 0; i < flows.length; i++) {
			flows[i] = handle.addFlow(sockets.get(i), TrafficType.VOICE);
		}
		long after = used();
		Handles.requireMark(flows[flows.length - 1]);
		for (QosFlow flow : flows) {
			flow.close();
		}
		return (double) (after - before) / flows.length;
	}

	private static long used() {
		Runtime runtime = Runtime.getRuntime();
		// Once for what is found to be unreachable, and once for what was waiting for that.
		System.gc();
		System.gc();
		return runtime.totalMemory() - runtime.freeMemory();
	}

	private static double allocated(QosHandle handle, DatagramChannel socket) {
		long before = THREADS.getCurrentThreadAllocatedBytes();
		Handles.cycle(handle, socket, CYCLES);
		return (double) (THREADS.getCurrentThreadAllocatedBytes() - before) / CYCLES;
	}

}
