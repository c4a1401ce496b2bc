package io.github.qos4j.bench;

import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import com.sun.jna.Library;
import com.sun.jna.Native;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.jdk.Descriptors;

/**
 * Measures flows over qWAVE's API against a loop of C over the same calls of the same DLL
 * in the same process. Prints the microseconds that adding and closing a flow takes the
 * loop, the loop again, and a handle. Arguments: those of {@link Rounds}, sockets, and the
 * library with the loop.
 */
public final class QwaveCalls {

	private static final Duration SOON = Duration.ofSeconds(30);

	private QwaveCalls() {
	}

	public static void main(String[] arguments) throws Exception {
		Rounds rounds = new Rounds(arguments);
		int number = Integer.parseInt(arguments[3]);
		List<DatagramChannel> sockets = Handles.sockets(number, StandardProtocolFamily.INET);
		DatagramChannel last = Handles.socket();
		long[] descriptors = new long[number];
		for (int i = 0; i < number; i++) {
			// They are open for as long as the numbers are used.
			descriptors[i] = Descriptors.lend(Descriptors.ownerOf(QosSocket.of(sockets.get(i))), (value) -> value);
		}
		try (QosHandle handle = QosHandle.builder().backend("qwave").build()) {
			handle.awaitOpen(SOON);
			Loop loop = Native.load(arguments[4], Loop.class);
			require(loop.begin() != 0, "the loop has opened no handle");
			Rounds.Turn alone = perFlow(number, () -> {
				int failures = loop.cycles(descriptors, number);
				require(failures == 0, failures + " calls failed");
			});
			rounds.run("flow", alone, alone, perFlow(number, () -> cycle(handle, sockets, last)));
			require(loop.end() != 0, "the loop has not closed its handle");
		}
		System.out.println("end");
	}

	private static Rounds.Turn perFlow(int number, Runnable work) {
		return () -> {
			long start = System.nanoTime();
			work.run();
			return new double[] { (System.nanoTime() - start) / 1e3 / number };
		};
	}

	/**
	 * Add and close a flow for each socket, and wait until the system has done it.
	 */
	private static void cycle(QosHandle handle, List<DatagramChannel> sockets, DatagramChannel last) {
		Deque<QosFlow> flows = new ArrayDeque<>();
		for (DatagramChannel socket : sockets) {
			flows.add(handle.addFlow(socket, TrafficType.VOICE));
		}
		flows.getLast().awaitActive(SOON);
		flows.forEach(QosFlow::close);
		// Calls are made one after the other, so this one comes when all flows are gone.
		try (QosFlow flow = handle.addFlow(last, TrafficType.VOICE)) {
			flow.awaitActive(SOON);
		}
	}

	private static void require(boolean held, String problem) {
		if (!held) {
			throw new IllegalStateException(problem);
		}
	}

	/**
	 * The loop in C.
	 */
	public interface Loop extends Library {

		/**
		 * Opens a handle.
		 */
		int begin();

		/**
		 * Adds each socket to a flow, removes it, and returns how many calls failed.
		 */
		int cycles(long[] sockets, int count);

		/**
		 * Closes the handle.
		 */
		int end();

	}

}
