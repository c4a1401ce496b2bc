package io.github.qos4j.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

import com.sun.management.ThreadMXBean;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.endpoint.FlowPage;
import io.github.qos4j.boot.endpoint.QosEndpoint;
import io.github.qos4j.boot.endpoint.QosEndpointJmxExtension;
import io.github.qos4j.boot.endpoint.RequestCriteria;

import org.springframework.boot.actuate.endpoint.Show;

/**
 * Measures how long the endpoint takes for a page of 100 flows, and how much memory, with
 * two handles that have 100 flows, so that their ratio tells the noise, and one that has
 * many, in turns. Prints a line for each round with the microseconds and bytes of a page
 * of each. Arguments: flows, rounds, rounds to warm up, pages of a turn, and the seed of
 * the order of turns.
 */
public final class EndpointPages {

	private static final int PAGE = 100;

	private EndpointPages() {
	}

	public static void main(String[] arguments) throws IOException {
		int flows = Integer.parseInt(arguments[0]);
		int rounds = Integer.parseInt(arguments[1]);
		int warmUp = Integer.parseInt(arguments[2]);
		int pages = Integer.parseInt(arguments[3]);
		Random random = new Random(Long.parseLong(arguments[4]));
		List<DatagramSocket> sockets = new ArrayList<>();
		List<Measured> measured = List.of(new Measured(PAGE, sockets), new Measured(PAGE, sockets),
				new Measured(flows, sockets));
		List<Measured> order = new ArrayList<>(measured);
		for (int round = -warmUp; round < rounds; round++) {
			Collections.shuffle(order, random);
			order.forEach((turn) -> turn.run(pages));
			if (round >= 0) {
				StringBuilder line = new StringBuilder("pages");
				measured.forEach((one) -> line.append(String.format(Locale.ROOT, ";%.3f;%.1f", one.micros, one.bytes)));
				System.out.println(line);
			}
		}
		measured.forEach((one) -> one.handle.close());
		sockets.forEach(DatagramSocket::close);
	}

	/**
	 * A handle with flows, and the endpoint that shows them.
	 */
	private static final class Measured {

		private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

		private final QosHandle handle;

		private final QosEndpointJmxExtension endpoint;

		private final int flows;

		private double micros;

		private double bytes;

		Measured(int flows, List<DatagramSocket> sockets) throws IOException {
			this.flows = flows;
			this.handle = QosHandle.builder().backend("socket").build();
			this.handle.awaitOpen(Duration.ofSeconds(30));
			for (int i = 0; i < flows; i++) {
				DatagramSocket socket = new DatagramSocket();
				sockets.add(socket);
				this.handle.addFlow(socket, TrafficType.VOICE).awaitActive(Duration.ofSeconds(30));
			}
			this.endpoint = new QosEndpointJmxExtension(new QosEndpoint(Map.of("handle", this.handle), null,
					RequestCriteria.NONE, List.of(), Show.ALWAYS));
		}

		void run(int pages) {
			long bytesBefore = THREADS.getCurrentThreadAllocatedBytes();
			long start = System.nanoTime();
			for (int i = 0; i < pages; i++) {
				FlowPage page = this.endpoint.flows(0, PAGE, null, null, null, null, null);
				if (page.total() != this.flows || page.flows().size() != PAGE || !page.flows().get(PAGE - 1).inForce()) {
					throw new IllegalStateException("Wrong page: " + page);
				}
			}
			this.micros = (System.nanoTime() - start) / 1e3 / pages;
			this.bytes = (double) (THREADS.getCurrentThreadAllocatedBytes() - bytesBefore) / pages;
		}

	}

}
