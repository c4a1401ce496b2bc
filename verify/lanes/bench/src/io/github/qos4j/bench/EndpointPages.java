package io.github.qos4j.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
 * many, in turns. Prints the microseconds and bytes of a page of each. Arguments: those
 * of {@link Rounds}, flows, and pages of a turn.
 */
public final class EndpointPages {

	private static final int PAGE = 100;

	private EndpointPages() {
	}

	public static void main(String[] arguments) throws Exception {
		Rounds rounds = new Rounds(arguments);
		int flows = Integer.parseInt(arguments[3]);
		int pages = Integer.parseInt(arguments[4]);
		List<DatagramSocket> sockets = new ArrayList<>();
		List<Measured> measured = List.of(new Measured(PAGE, sockets), new Measured(PAGE, sockets),
				new Measured(flows, sockets));
		rounds.run("pages", measured.stream().map((one) -> one.turn(pages)).toArray(Rounds.Turn[]::new));
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

		Measured(int flows, List<DatagramSocket> sockets) throws IOException {
			this.flows = flows;
			this.handle = Handles.open();
			for (int i = 0; i < flows; i++) {
				DatagramSocket socket = new DatagramSocket();
				sockets.add(socket);
				this.handle.addFlow(socket, TrafficType.VOICE).awaitActive(Duration.ofSeconds(30));
			}
			this.endpoint = new QosEndpointJmxExtension(new QosEndpoint(Map.of("handle", this.handle),
					List.of(), RequestCriteria.NONE, List.of(), Show.ALWAYS));
		}

		Rounds.Turn turn(int pages) {
			return () -> {
				long bytesBefore = THREADS.getCurrentThreadAllocatedBytes();
				long start = System.nanoTime();
				for (int i = 0; i < pages; i++) {
					FlowPage page = this.endpoint.flows(0, PAGE, null, null, null, null, null);
					if (page.total() != this.flows || page.flows().size() != PAGE
							|| !page.flows().get(PAGE - 1).inForce()) {
						throw new IllegalStateException("Wrong page: " + page);
					}
				}
				return new double[] { (System.nanoTime() - start) / 1e3 / pages,
						(double) (THREADS.getCurrentThreadAllocatedBytes() - bytesBefore) / pages };
			};
		}

	}

}
