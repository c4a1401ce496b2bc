import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.qos4j.ClientTracking;
import io.github.qos4j.Dscp;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowRate;
import io.github.qos4j.FlowState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QwaveOptions;
import io.github.qos4j.Subscription;
import io.github.qos4j.TrafficType;

/**
 * Calls every function of qWAVE through the public API, in every way that it offers. Tells the stand-in what to do,
 * and prints what the API answered; with what the functions were called is in the stand-in's log. Flows are named by
 * the ports of their sockets.
 */
public final class FunctionsProbe {

	private static final int PEERS = 1000;

	/** More than what an enumeration has room for at first. */
	private static final int FLOWS = 70;

	private static final QosFlowOptions VOICE = QosFlowOptions.of(TrafficType.VOICE);

	private final InetSocketAddress peer;

	private final QosHandle handle = QosHandle.builder().backend("qwave").build();

	private FunctionsProbe(int port) {
		this.peer = new InetSocketAddress("127.0.0.1", port);
	}

	public static void main(String[] args) throws Exception {
		FunctionsProbe probe = new FunctionsProbe(Integer.parseInt(args[0]));
		try (QosHandle handle = probe.handle) {
			handle.awaitOpen(StandIn.SOON);
			probe.sockets();
			probe.peers();
			probe.changes();
			probe.questions();
			probe.notifications();
			probe.enumeration();
			probe.tracking();
			probe.dualStack();
		}
		StandIn.print("end", "");
	}

	private void sockets() throws Exception {
		try (DatagramChannel first = connected(); DatagramChannel second = connected();
				DatagramChannel third = connected(); QosFlow flow = active(first, VOICE)) {
			get(flow.add(QosSocket.of(second)));
			get(flow.add(QosSocket.of(third)));
			StandIn.print("sockets", port(first) + "," + port(second) + "," + port(third));
		}
	}

	private void peers() throws Exception {
		try (DatagramChannel channel = unconnected(StandardProtocolFamily.INET)) {
			QosSocket socket = QosSocket.of(channel);
			QosFlow flow = this.handle.addFlow(socket.to(peer(0)), VOICE);
			flow.awaitActive(StandIn.SOON);
			List<CompletionStage<QosFlow>> added = new ArrayList<>();
			for (int i = 1; i < PEERS; i++) {
				added.add(flow.add(socket.to(peer(i))));
			}
			for (CompletionStage<QosFlow> each : added) {
				get(each);
			}
			StandIn.print("peers", port(channel));
			flow.close();
		}
	}

	private InetSocketAddress peer(int number) {
		return new InetSocketAddress("127.0." + (1 + number / 250) + "." + (1 + number % 250), this.peer.getPort());
	}

	private void changes() throws Exception {
		try (DatagramChannel channel = connected(); QosFlow flow = active(channel, VOICE)) {
			get(flow.setOptions(QosFlowOptions.of(TrafficType.BACKGROUND)));
			get(flow.setOptions(QosFlowOptions.of(TrafficType.BACKGROUND).withDscp(Dscp.EF)));
			get(flow.setOptions(QosFlowOptions.of(TrafficType.AUDIO_VIDEO)));
			QwaveOptions qwave = new QwaveOptions(false, QwaveOptions.Shaping.USE_NON_CONFORMANT_MARKINGS,
					QwaveOptions.Reason.CONGESTION);
			FlowRate rate = FlowRate.of(5_000_000_000L);
			get(flow.setOptions(QosFlowOptions.of(TrafficType.AUDIO_VIDEO).withRate(rate).withQwave(qwave)));
			StandIn.print("rate", get(flow.outgoingRate()).getAsLong());
			get(flow.setOptions(QosFlowOptions.of(TrafficType.AUDIO_VIDEO)));
			StandIn.print("rate ended", get(flow.outgoingRate()));
			StandIn.print("changes", port(channel));
		}
	}

	private void questions() throws Exception {
		StandIn.tell("measuring always");
		try (DatagramChannel channel = connected();
				QosFlow flow = active(channel, VOICE.withQwave(QwaveOptions.ADAPTIVE).withRate(FlowRate.of(1_000_000)))) {
			StandIn.print("measuring", get(flow.fundamentals()).measurement());
			StandIn.tell("fundamentals bottleneck=8000000000 available=none rtt=1234");
			StandIn.print("measured", get(flow.fundamentals()));
			StandIn.print("measured anew", get(flow.freshFundamentals()).measurement());
			StandIn.print("priority", get(flow.packetPriority()));
			StandIn.tell("policy-dscp 10");
			StandIn.await("the policy", () -> get(flow.packetPriority()).conformantDscp().value() == 10);
			StandIn.print("priority under a policy", get(flow.packetPriority()).conformantDscp());
			StandIn.tell();
			StandIn.print("outgoing rate", get(flow.outgoingRate()).getAsLong());
			StandIn.print("questions", port(channel));
		}
	}

	private void notifications() throws Exception {
		int number = 0;
		try (DatagramChannel channel = connected();
				QosFlow flow = active(channel, VOICE.withQwave(QwaveOptions.ADAPTIVE).withRate(FlowRate.of(1_000_000)))) {
			String[] kinds = { "congested", "uncongested", "available" };
			FlowCondition[] conditions = { FlowCondition.CONGESTED, FlowCondition.UNCONGESTED,
					FlowCondition.available(6_000_000_000L) };
			for (int i = 0; i < kinds.length; i++) {
				CompletableFuture<FlowCondition> future = flow.when(conditions[i]);
				awaitPending(1);
				StandIn.tell("fire " + ++number + " " + kinds[i] + " all");
				StandIn.print("future " + kinds[i], get(future).equals(conditions[i]));
				LinkedBlockingQueue<FlowCondition> told = new LinkedBlockingQueue<>();
				Subscription subscription = flow.listen(conditions[i], (which, condition) -> told.add(condition));
				awaitPending(1);
				StandIn.tell("fire " + ++number + " " + kinds[i] + " all");
				StandIn.print("listener " + kinds[i], conditions[i].equals(told.poll(20, TimeUnit.SECONDS)));
				subscription.close();
				awaitPending(0);
			}
			List<CompletableFuture<FlowCondition>> cancelled = List.of(flow.when(conditions[0]),
					flow.when(conditions[1]), flow.when(conditions[2]));
			awaitPending(3);
			StandIn.print("notifications", port(channel));
			cancelled.forEach((future) -> future.cancel(false));
			awaitPending(0);
			StandIn.print("flow", flow.state());
		}
		StandIn.tell();
	}

	/**
	 * Wait until so many notifications are pending, by the log.
	 */
	private static void awaitPending(int count) throws Exception {
		StandIn.await(count + " notifications pending", () -> StandIn.count("\"end\"", "QOSNotifyFlow", "\"error\":997")
				- StandIn.count("\"completed\"", "QOSNotifyFlow") == count);
	}

	private void enumeration() throws Exception {
		List<QosFlow> flows = new ArrayList<>();
		List<DatagramChannel> channels = new ArrayList<>();
		for (int i = 0; i < FLOWS; i++) {
			channels.add(connected());
			flows.add(this.handle.addFlow(channels.get(i), VOICE));
		}
		for (QosFlow flow : flows) {
			flow.awaitActive(StandIn.SOON);
		}
		StandIn.tell("foreign-flows 4294967295", "enumeration-grows 300 times=2");
		List<Long> ids = get(this.handle.qwave().systemFlows());
		StandIn.print("enumeration", ids.size() + "," + ids.contains(0xFFFFFFFFL));
		StandIn.tell();
		flows.forEach(QosFlow::close);
		for (DatagramChannel channel : channels) {
			channel.close();
		}
	}

	private void tracking() throws Exception {
		for (String address : List.of("192.0.2.1", "2001:db8::1")) {
			try (ClientTracking tracking = this.handle.qwave().trackClient(InetAddress.getByName(address))) {
				get(tracking.whenTracked());
			}
		}
		StandIn.await("the end of tracking", () -> StandIn.count("\"end\"", "QOSStopTrackingClient") == 2);
	}

	/**
	 * Add a dual-stack socket for an IPv4 peer, which qWAVE does not take.
	 */
	private void dualStack() throws Exception {
		try (DatagramChannel channel = unconnected(null)) {
			QosFlow flow = this.handle.addFlow(QosSocket.of(channel).to(this.peer), VOICE);
			StandIn.await("an end", () -> flow.state() != FlowState.PENDING);
			for (int i = 0; i < 5; i++) {
				channel.send(ByteBuffer.wrap(new byte[] { 1 }), this.peer);
			}
			StandIn.print("dual stack", port(channel) + ";" + flow.state());
			try {
				flow.awaitActive(StandIn.SOON);
			}
			catch (QosFlowException ex) {
				StandIn.print("refused", ex.errorCase() + ";" + ex.getMessage() + ";" + ex.remedy());
			}
			flow.close();
		}
	}

	private QosFlow active(DatagramChannel channel, QosFlowOptions options) {
		QosFlow flow = this.handle.addFlow(channel, options);
		flow.awaitActive(StandIn.SOON);
		return flow;
	}

	private DatagramChannel connected() throws IOException {
		return DatagramChannel.open(StandardProtocolFamily.INET).connect(this.peer);
	}

	private static DatagramChannel unconnected(StandardProtocolFamily family) throws IOException {
		DatagramChannel channel = (family != null) ? DatagramChannel.open(family) : DatagramChannel.open();
		return channel.bind(null);
	}

	private static int port(DatagramChannel channel) throws IOException {
		return ((InetSocketAddress) channel.getLocalAddress()).getPort();
	}

	private static <T> T get(CompletionStage<T> stage) throws Exception {
		return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
	}

}
