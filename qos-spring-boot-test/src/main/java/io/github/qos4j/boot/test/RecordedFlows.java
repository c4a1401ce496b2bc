package io.github.qos4j.boot.test;

import java.net.SocketAddress;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowRate;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.test.Criterion.Marked;
import io.github.qos4j.recording.RecordedFlow;
import io.github.qos4j.recording.RecordingBackend;
import org.assertj.core.api.AssertProvider;

/**
 * The flows that an application has asked for, open and closed, or some of them: methods
 * such as {@link #to(String, int)} return those that meet a criterion as well.
 * {@code Assertions.assertThat} has assertions for them, see {@link RecordedFlowsAssert}.
 * <p>
 * A flow meets several criteria if one of its sockets meets them all, with one of the
 * marks that it has had: a connection whose requests have marks of their own has had
 * several.
 * <p>
 * A live view: each method looks at what is recorded at that moment. Immutable and
 * thread-safe.
 */
public final class RecordedFlows implements AssertProvider<RecordedFlowsAssert> {

	/**
	 * The name of the auto-configured bean.
	 */
	public static final String BEAN_NAME = "qosRecordedFlows";

	private final RecordingBackend recording;

	private final Supplier<List<String>> remarks;

	private final List<Criterion> criteria;

	/**
	 * Create a view of all flows of a recording, for tests without Spring.
	 * @param recording the recording
	 */
	public RecordedFlows(RecordingBackend recording) {
		this(recording, List::of);
	}

	/**
	 * Create a view of all flows of a recording.
	 * @param recording the recording
	 * @param remarks returns sentences that explain to the reader of a failure why flows
	 * may be missing
	 */
	public RecordedFlows(RecordingBackend recording, Supplier<List<String>> remarks) {
		this(recording, remarks, List.of());
	}

	private RecordedFlows(RecordingBackend recording, Supplier<List<String>> remarks, List<Criterion> criteria) {
		this.recording = recording;
		this.remarks = remarks;
		this.criteria = criteria;
	}

	/**
	 * Return the flows of a traffic type, at present or earlier.
	 * @param type the traffic type
	 * @return these flows
	 */
	public RecordedFlows marked(TrafficType type) {
		return with(Criterion.trafficType(type));
	}

	/**
	 * Return the flows with a code point, whether it is that of their traffic type or one
	 * of their own.
	 * @param dscp the code point
	 * @return these flows
	 */
	public RecordedFlows withDscp(Dscp dscp) {
		return with(Criterion.dscp(dscp));
	}

	/**
	 * Return the flows with a rate.
	 * @param rate the rate
	 * @return these flows
	 */
	public RecordedFlows withRate(FlowRate rate) {
		return with(Criterion.rate(rate));
	}

	/**
	 * Return the flows to a peer. May look up the addresses of the host, and block for
	 * that long.
	 * @param host a host name or IP address
	 * @param port the port
	 * @return these flows
	 */
	public RecordedFlows to(String host, int port) {
		return with(Criterion.peer(host, port));
	}

	/**
	 * Return the flows to a peer.
	 * @param peer the address of the peer
	 * @return these flows
	 */
	public RecordedFlows to(SocketAddress peer) {
		return with(Criterion.peer(peer));
	}

	/**
	 * Return the flows to a port, at whatever host.
	 * @param port the remote port
	 * @return these flows
	 */
	public RecordedFlows toPort(int port) {
		return with(Criterion.remotePort(port));
	}

	/**
	 * Return the flows from a port of this machine: of a server, its server socket and
	 * those of its connections that are marked by themselves.
	 * @param port the local port
	 * @return these flows
	 */
	public RecordedFlows fromPort(int port) {
		return with(Criterion.localPort(port));
	}

	/**
	 * Return the flows over TCP.
	 * @return these flows
	 */
	public RecordedFlows overTcp() {
		return with(Criterion.tcp());
	}

	/**
	 * Return the flows over UDP.
	 * @return these flows
	 */
	public RecordedFlows overUdp() {
		return with(Criterion.udp());
	}

	/**
	 * Return the flows of server sockets, whose marks the connections inherit that they
	 * accept.
	 * @return these flows
	 */
	public RecordedFlows ofServerSockets() {
		return with(Criterion.listener());
	}

	/**
	 * Return the flows that are open, by the mark that they have at present.
	 * @return these flows
	 */
	public RecordedFlows inForce() {
		return with(Criterion.inForce());
	}

	/**
	 * Return the flows that are over: closed, or without an open socket.
	 * @return these flows
	 */
	public RecordedFlows closed() {
		return with(Criterion.closed());
	}

	private RecordedFlows with(Criterion criterion) {
		return new RecordedFlows(this.recording, this.remarks,
				Stream.concat(this.criteria.stream(), Stream.of(criterion)).toList());
	}

	/**
	 * Return the flows, in the order in which they were put in force.
	 * @return snapshots of the flows
	 */
	public List<RecordedFlow> list() {
		return this.recording.flows().stream().filter(this::matches).toList();
	}

	private boolean matches(RecordedFlow flow) {
		return this.criteria.isEmpty() || flow.sockets()
			.stream()
			.flatMap((socket) -> socket.marks().stream().map((mark) -> new Marked(flow, socket, mark)))
			.anyMatch((marked) -> this.criteria.stream().allMatch((criterion) -> criterion.condition().test(marked)));
	}

	/**
	 * Forget what is over, of all flows: those that are closed, and earlier marks of open
	 * ones. It is done after each test method.
	 */
	public void clearPast() {
		this.recording.clearPast();
	}

	/**
	 * Return all flows, whatever the criteria.
	 */
	RecordedFlows all() {
		return new RecordedFlows(this.recording, this.remarks);
	}

	/**
	 * Return the criteria in words, which are empty for all flows.
	 */
	String criteria() {
		return this.criteria.stream().map((criterion) -> " " + criterion.text()).collect(Collectors.joining(","));
	}

	List<String> remarks() {
		return this.remarks.get();
	}

	/**
	 * Return assertions, for {@code Assertions.assertThat}.
	 */
	@Override
	public RecordedFlowsAssert assertThat() {
		return new RecordedFlowsAssert(this);
	}

	/**
	 * Return a description of the flows, one on each line.
	 */
	@Override
	public String toString() {
		return "flows" + criteria() + ":\n" + FlowTexts.list(list());
	}

}
