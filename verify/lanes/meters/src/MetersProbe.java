import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.github.qos4j.FlowState;
import io.github.qos4j.FlowStatus;
import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.metrics.QosMeters;
import io.github.qos4j.recording.RecordingBackend;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/**
 * What reading meters costs those who add flows, and what a listener does to them that
 * never returns.
 * <ul>
 * <li>{@code scrape FLOWS ROUNDS MILLIS SEED}: adds flows beside as many open ones as
 * said, in turns: two kinds of turns are alike, and in the third the meters are read ten
 * times a second. Prints a line for each round with the microseconds that adding a flow
 * took in each kind, and the bytes of the last scrape.</li>
 * <li>{@code blocked FLOWS}: prints what became of flows whose handle has a listener that
 * never returns.</li>
 * </ul>
 */
public final class MetersProbe {

	private static final int QUIET = 0;

	private static final int QUIET_AGAIN = 1;

	private static final int SCRAPED = 2;

	private static final long SCRAPE_MILLIS = 100;

	/** Flows do not keep their sockets from being garbage-collected. */
	private static final List<DatagramSocket> SOCKETS = new ArrayList<>();

	private MetersProbe() {
	}

	public static void main(String[] arguments) throws Exception {
		switch (arguments[0]) {
			case "scrape" -> scrape(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]),
					Long.parseLong(arguments[3]), Long.parseLong(arguments[4]));
			case "blocked" -> blocked(Integer.parseInt(arguments[1]));
			default -> throw new IllegalArgumentException(arguments[0]);
		}
		System.exit(0);
	}

	private static void scrape(int flows, int rounds, long millis, long seed) throws Exception {
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		QosMeters meters = new QosMeters(List::of, List::of, Duration.ofSeconds(10), 500);
		QosHandle.Builder builder = QosHandle.builder().backend("socket");
		meters.observe(builder);
		QosHandle handle = builder.build();
		handle.awaitOpen(Duration.ofSeconds(30));
		meters.add("handle", handle);
		meters.bindTo(registry);
		List<QosFlow> open = new ArrayList<>();
		for (int i = 0; i < flows; i++) {
			open.add(handle.addFlow(connected(), TrafficType.values()[i % TrafficType.values().length]));
		}
		DatagramSocket socket = connected();
		Random random = new Random(seed);
		List<Integer> order = new ArrayList<>(List.of(QUIET, QUIET_AGAIN, SCRAPED));
		String[] text = { "" };
		for (int round = -rounds / 4; round < rounds; round++) {
			double[] micros = new double[order.size()];
			Collections.shuffle(order, random);
			for (int turn : order) {
				Thread scraper = (turn == SCRAPED) ? new Thread(() -> readAgainAndAgain(registry, text)) : null;
				if (scraper != null) {
					scraper.start();
				}
				micros[turn] = microsToAdd(handle, socket, millis);
				if (scraper != null) {
					scraper.interrupt();
					scraper.join();
				}
			}
			if (round >= 0) {
				System.out.printf(Locale.ROOT, "%.3f;%.3f;%.3f;%d%n", micros[QUIET], micros[QUIET_AGAIN],
						micros[SCRAPED], text[0].length());
			}
		}
		if (open.stream().anyMatch((flow) -> flow.state() != FlowState.ACTIVE)) {
			throw new IllegalStateException("The flows that were open are not active");
		}
	}

	private static void readAgainAndAgain(PrometheusMeterRegistry registry, String[] text) {
		try {
			while (true) {
				text[0] = registry.scrape();
				Thread.sleep(SCRAPE_MILLIS);
			}
		}
		catch (InterruptedException ex) {
			// The turn is over.
		}
	}

	private static double microsToAdd(QosHandle handle, DatagramSocket socket, long millis) {
		long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
		long adding = 0;
		int added = 0;
		for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
			QosFlow flow = handle.addFlow(socket, TrafficType.VOICE);
			adding += System.nanoTime() - now;
			added++;
			flow.close();
		}
		return adding / 1e3 / added;
	}

	private static void blocked(int count) throws Exception {
		RecordingBackend backend = new RecordingBackend();
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		QosMeters meters = new QosMeters(List::of, List::of, Duration.ofMillis(100), 500);
		CountDownLatch called = new CountDownLatch(1);
		QosHandle.Builder builder = backend.applyTo(QosHandle.builder()).listener(new Blocking(called));
		meters.observe(builder);
		QosHandle handle = builder.build();
		meters.add("handle", handle);
		meters.bindTo(registry);
		handle.awaitOpen(Duration.ofSeconds(30));
		say("the listener hangs", called.await(30, TimeUnit.SECONDS));
		List<QosFlow> flows = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			flows.add(handle.addFlow(connected(), TrafficType.VOICE));
		}
		say(count + " flows are added", eventually(() -> all(flows, FlowState.ACTIVE)));
		backend.clear();
		backend.lose();
		say("they are in force again after the handle was lost", eventually(() -> handle.state() == HandleState.OPEN
				&& all(flows, FlowState.ACTIVE) && backend.flows().size() == Math.min(count, 10_000)));
		say("the meters tell of the recovery",
				eventually(() -> registry.scrape().contains("qos_handle_recoveries_seconds_count{handle=\"handle\"} 1")));
		say("and of the flows", registry.scrape()
			.contains("qos_flows{backend=\"recording\",handle=\"handle\",policy=\"none\",state=\"ACTIVE\",traffic_type=\"voice\"} "
					+ (double) count));
		flows.subList(0, count / 2).forEach(QosFlow::close);
		say("half of them are closed", eventually(() -> all(flows.subList(0, count / 2), FlowState.CLOSED)
				&& handle.flows().size() == count - count / 2));
		long start = System.nanoTime();
		handle.close();
		say("the handle is closed, with the others, within a second",
				System.nanoTime() - start < TimeUnit.SECONDS.toNanos(1) && all(flows, FlowState.CLOSED));
	}

	private static boolean all(List<QosFlow> flows, FlowState state) {
		return flows.stream().allMatch((flow) -> flow.state() == state);
	}

	private static boolean eventually(BooleanSupplier condition) throws InterruptedException {
		for (int i = 0; i < 300 && !condition.getAsBoolean(); i++) {
			Thread.sleep(100);
		}
		return condition.getAsBoolean();
	}

	private static void say(String claim, boolean held) {
		System.out.println(claim + ";" + held);
	}

	private static DatagramSocket connected() throws Exception {
		DatagramSocket socket = new DatagramSocket();
		socket.connect(new InetSocketAddress("127.0.0.1", 9));
		SOCKETS.add(socket);
		return socket;
	}

	/**
	 * Never returns.
	 */
	private record Blocking(CountDownLatch called) implements QosHandle.Listener {

		@Override
		public void handleChanged(QosHandle handle, HandleStatus status) {
			block();
		}

		@Override
		public void flowChanged(QosFlow flow, FlowStatus status) {
			block();
		}

		private void block() {
			this.called.countDown();
			while (true) {
				try {
					Thread.sleep(Long.MAX_VALUE);
				}
				catch (InterruptedException ex) {
					// Not even that ends it.
				}
			}
		}

	}

}
