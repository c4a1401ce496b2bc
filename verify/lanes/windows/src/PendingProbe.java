import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowRate;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QwaveOptions;
import io.github.qos4j.TrafficType;

/**
 * Waits for 1,000 conditions at a time, while garbage is collected in a loop. Once they occur in an order that is left
 * to chance, once the handle is closed first. Prints how many threads there are without a wait and with all, and how
 * many waits came to what.
 */
public final class PendingProbe {

	private static final int FLOWS = 500;

	/** Long, since it is not what is judged here. */
	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(60);

	private static final long PAUSE_NANOS = 20_000_000;

	private static final QosFlowOptions ADAPTIVE = QosFlowOptions.of(TrafficType.VOICE)
		.withRate(FlowRate.of(1_000_000))
		.withQwave(QwaveOptions.ADAPTIVE);

	private PendingProbe() {
	}

	public static void main(String[] args) throws Exception {
		long seed = Long.parseLong(args[0]);
		Thread collector = new Thread(() -> {
			while (true) {
				System.gc();
				// Or nobody else would get anywhere on a small machine.
				LockSupport.parkNanos(PAUSE_NANOS);
			}
		});
		collector.setDaemon(true);
		collector.start();
		try (DatagramChannel socket = DatagramChannel.open().connect(new InetSocketAddress("127.0.0.1", 9))) {
			for (String end : List.of("occur", "close")) {
				QosHandle handle = QosHandle.builder().backend("qwave").closeTimeout(CLOSE_TIMEOUT).build();
				handle.awaitOpen(StandIn.SOON);
				List<QosFlow> flows = new ArrayList<>();
				for (int i = 0; i < FLOWS; i++) {
					flows.add(handle.addFlow(socket, ADAPTIVE));
				}
				for (QosFlow flow : flows) {
					flow.awaitActive(StandIn.SOON);
				}
				List<Long> ids = handle.qwave().systemFlows().toCompletableFuture().get(20, TimeUnit.SECONDS);
				int before = Thread.getAllStackTraces().size();
				StandIn.mark();
				List<CompletableFuture<FlowCondition>> congested = flows.stream()
					.map((flow) -> flow.when(FlowCondition.CONGESTED))
					.toList();
				List<CompletableFuture<FlowCondition>> uncongested = flows.stream()
					.map((flow) -> flow.when(FlowCondition.UNCONGESTED))
					.toList();
				StandIn.await("all are pending",
						() -> StandIn.count("\"end\"", "QOSNotifyFlow", "\"error\":997") == 2 * FLOWS);
				StandIn.print(end + ": threads", before + "," + Thread.getAllStackTraces().size());
				if (end.equals("occur")) {
					fireAll(ids, seed);
				}
				else {
					handle.close();
				}
				StandIn.print(end + ": congested", count(congested, FlowCondition.CONGESTED));
				StandIn.print(end + ": uncongested", count(uncongested, FlowCondition.UNCONGESTED));
				handle.close();
			}
		}
		StandIn.print("end", "");
	}

	private static void fireAll(List<Long> ids, long seed) throws Exception {
		List<String> what = new ArrayList<>();
		for (long id : ids) {
			what.add(" congested " + id);
			what.add(" uncongested " + id);
		}
		Collections.shuffle(what, new Random(seed));
		List<String> orders = new ArrayList<>();
		for (String each : what) {
			orders.add("fire " + (orders.size() + 1) + each);
		}
		StandIn.tell(orders.toArray(String[]::new));
	}

	/**
	 * Wait for all, and count those with this result, those that were cancelled, and the others.
	 */
	private static String count(List<CompletableFuture<FlowCondition>> futures, FlowCondition expected) {
		int right = 0;
		int cancelled = 0;
		for (CompletableFuture<FlowCondition> future : futures) {
			try {
				right += future.orTimeout(60, TimeUnit.SECONDS).join().equals(expected) ? 1 : 0;
			}
			catch (CompletionException | java.util.concurrent.CancellationException ex) {
				cancelled += future.isCancelled() ? 1 : 0;
			}
		}
		return right + "," + cancelled + "," + (futures.size() - right - cancelled);
	}

}
