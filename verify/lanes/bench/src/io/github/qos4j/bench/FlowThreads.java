package io.github.qos4j.bench;

import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.jdk.Descriptors;

/**
 * Measures adding and closing flows by two threads against one, each with a socket of its
 * own. Prints the flows per microsecond of one thread, of one again, of two on one
 * handle, and of two with a handle each; then, of the loop in C, of one, of one again and
 * of two. Arguments: those of {@link Rounds}, flows of a thread in a turn, and the library
 * with the loop in C.
 */
public final class FlowThreads {

	private static final int WARM_UP = 50_000;

	private FlowThreads() {
	}

	public static void main(String[] arguments) throws Exception {
		Rounds rounds = new Rounds(arguments);
		int flows = Integer.parseInt(arguments[3]);
		Options options = Options.inC(arguments[4]);
		ExecutorService threads = Executors.newFixedThreadPool(2);
		try (QosHandle first = Handles.open(); QosHandle second = Handles.open()) {
			List<DatagramChannel> sockets = List.of(Handles.socket(), Handles.socket());
			try (QosFlow flow = first.addFlow(sockets.get(0), TrafficType.VOICE)) {
				Handles.requireMark(flow);
			}
			IntFunction<Rounds.Work> shared = (thread) -> (times) -> Handles.cycle(first, sockets.get(thread), times);
			IntFunction<Rounds.Work> own = (thread) -> (times) -> Handles.cycle((thread == 0) ? first : second,
					sockets.get(thread), times);
			IntFunction<Rounds.Work> inC = (thread) -> (times) -> Descriptors.lend(sockets.get(thread),
					(descriptor) -> {
						options.cycle(descriptor, times);
						return null;
					});
			turn(threads, 2, WARM_UP, shared).measure();
			turn(threads, 2, WARM_UP, own).measure();
			Rounds.Turn one = turn(threads, 1, flows, shared);
			Rounds.Turn oneInC = turn(threads, 1, flows, inC);
			rounds.run("threads", one, one, turn(threads, 2, flows, shared), turn(threads, 2, flows, own), oneInC,
					oneInC, turn(threads, 2, flows, inC));
		}
		threads.shutdown();
	}

	private static Rounds.Turn turn(ExecutorService threads, int number, int times, IntFunction<Rounds.Work> works) {
		return () -> {
			AtomicInteger missing = new AtomicInteger(number);
			List<Future<long[]>> ends = new ArrayList<>();
			for (int thread = 0; thread < number; thread++) {
				Rounds.Work work = works.apply(thread);
				ends.add(threads.submit(() -> {
					missing.decrementAndGet();
					while (missing.get() > 0) {
						// One that waited would have to get a processor first.
						Thread.onSpinWait();
					}
					long began = System.nanoTime();
					work.run(times);
					return new long[] { began, System.nanoTime() };
				}));
			}
			long began = Long.MAX_VALUE;
			long ended = Long.MIN_VALUE;
			for (Future<long[]> end : ends) {
				began = Math.min(began, end.get()[0]);
				ended = Math.max(ended, end.get()[1]);
			}
			return new double[] { (double) number * times / (ended - began) * 1e3 };
		};
	}

}
