import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;

import io.github.qos4j.FlowState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;

/**
 * Closes a handle while a flow is being removed: one that takes a moment, and one that takes for ever. Prints how long
 * each close took, in milliseconds, and then opens another handle.
 */
public final class RemovalProbe {

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

	private RemovalProbe() {
	}

	public static void main(String[] args) throws Exception {
		for (String time : new String[] { "500", "forever" }) {
			StandIn.tell("hang QOSRemoveSocketFromFlow " + time);
			StandIn.mark();
			try (DatagramChannel socket = DatagramChannel.open().connect(new InetSocketAddress("127.0.0.1", 9))) {
				QosHandle handle = QosHandle.builder().backend("qwave").name(time).closeTimeout(CLOSE_TIMEOUT).build();
				QosFlow flow = handle.addFlow(socket, TrafficType.VOICE);
				flow.awaitActive(StandIn.SOON);
				flow.close();
				StandIn.await("a removal", () -> StandIn.count("\"begin\"", "QOSRemoveSocketFromFlow") == 1);
				long start = System.nanoTime();
				handle.close();
				StandIn.print(time, (System.nanoTime() - start) / 1_000_000 + "," + handle.state() + "," + flow.state());
			}
		}
		StandIn.tell();
		try (DatagramChannel socket = DatagramChannel.open().connect(new InetSocketAddress("127.0.0.1", 9));
				QosHandle handle = QosHandle.builder().backend("qwave").build()) {
			QosFlow flow = handle.addFlow(socket, TrafficType.VOICE);
			flow.awaitActive(StandIn.SOON);
			StandIn.print("afterwards", flow.state() == FlowState.ACTIVE);
		}
		StandIn.print("end", "");
	}

}
