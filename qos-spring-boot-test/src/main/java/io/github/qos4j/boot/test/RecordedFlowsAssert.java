package io.github.qos4j.boot.test;

import java.net.SocketAddress;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowRate;
import io.github.qos4j.TrafficType;
import io.github.qos4j.recording.RecordedFlow;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions about {@link RecordedFlows}. Each of those that name a criterion passes if
 * there is a flow that meets it and all those before it:
 * {@code assertThat(flows).hasMarked(TrafficType.VOICE).to("10.0.0.1", 5060)} means that
 * a socket to that peer was marked VOICE. What must not be is asserted of a selection:
 * {@code assertThat(flows.to("10.0.0.1", 80)).isEmpty()}. Every failure lists what was
 * recorded.
 * <p>
 * Each assertion looks at what is recorded at that moment, so it may be repeated until it
 * holds, by Awaitility for example.
 */
public final class RecordedFlowsAssert extends AbstractAssert<RecordedFlowsAssert, RecordedFlows> {

	/**
	 * Create assertions.
	 * @param actual the flows
	 */
	public RecordedFlowsAssert(RecordedFlows actual) {
		super(actual, RecordedFlowsAssert.class);
	}

	/**
	 * Verify that there is a flow of a traffic type, at present or earlier.
	 * @param type the traffic type
	 * @return assertions about these flows
	 */
	public RecordedFlowsAssert hasMarked(TrafficType type) {
		return narrowed(this.actual.marked(type));
	}

	/**
	 * Verify that there is no flow of a traffic type, and was none.
	 * @param type the traffic type
	 * @return this
	 */
	public RecordedFlowsAssert hasNotMarked(TrafficType type) {
		verifyEmpty(this.actual.marked(type));
		return this;
	}

	/**
	 * Verify that there is such a flow with a code point.
	 * @param dscp the code point
	 * @return assertions about these flows
	 */
	public RecordedFlowsAssert withDscp(Dscp dscp) {
		return narrowed(this.actual.withDscp(dscp));
	}

	/**
	 * Verify that there is such a flow with a rate.
	 * @param rate the rate
	 * @return assertions about these flows
	 */
	public RecordedFlowsAssert withRate(FlowRate rate) {
		return narrowed(this.actual.withRate(rate));
	}

	/**
	 * Verify that there is such a flow to a peer.
	 * @param host a host name or IP address
	 * @param port the port
	 * @return assertions about these flows
	 */
	public RecordedFlowsAssert to(String host, int port) {
		return narrowed(this.actual.to(host, port));
	}

	/**
	 * Verify that there is such a flow to a peer.
	 * @param peer the address of the peer
	 * @return assertions about these flows
	 */
	public RecordedFlowsAssert to(SocketAddress peer) {
		return narrowed(this.actual.to(peer));
	}

	/**
	 * Verify that there is such a flow to a port.
	 * @param port the remote port
	 * @return assertions about these flows
	 */
	public RecordedFlowsAssert toPort(int port) {
		return narrowed(this.actual.toPort(port));
	}

	/**
	 * Verify that there is such a flow from a port of this machine.
	 * @param port the local port
	 * @return assertions about these flows
	 */
	public RecordedFlowsAssert fromPort(int port) {
		return narrowed(this.actual.fromPort(port));
	}

	/**
	 * Verify that there is such a flow over TCP.
	 * @return assertions about these flows
	 */
	public RecordedFlowsAssert overTcp() {
		return narrowed(this.actual.overTcp());
	}

	/**
	 * Verify that there is such a flow over UDP.
	 * @return assertions about these flows
	 */
	public RecordedFlowsAssert overUdp() {
		return narrowed(this.actual.overUdp());
	}

	/**
	 * Verify that there is such a flow of a server socket.
	 * @return assertions about these flows
	 */
	public RecordedFlowsAssert ofServerSockets() {
		return narrowed(this.actual.ofServerSockets());
	}

	/**
	 * Verify that there is such a flow that is open and has that mark at present.
	 * @return assertions about these flows
	 */
	public RecordedFlowsAssert inForce() {
		return narrowed(this.actual.inForce());
	}

	/**
	 * Verify that there is such a flow that is over.
	 * @return assertions about these flows
	 */
	public RecordedFlowsAssert closed() {
		return narrowed(this.actual.closed());
	}

	/**
	 * Verify that there is no such flow.
	 */
	public void isEmpty() {
		verifyEmpty(this.actual);
	}

	/**
	 * Verify that there is such a flow.
	 * @return this
	 */
	public RecordedFlowsAssert isNotEmpty() {
		return narrowed(this.actual);
	}

	/**
	 * Verify how many such flows there are.
	 * @param size the number of flows
	 * @return this
	 */
	public RecordedFlowsAssert hasSize(int size) {
		List<RecordedFlow> flows = this.actual.list();
		if (flows.size() != size) {
			fail("Expecting %d flows%s but there were %d".formatted(size, this.actual.criteria(), flows.size()), flows);
		}
		return this;
	}

	private RecordedFlowsAssert narrowed(RecordedFlows flows) {
		if (flows.list().isEmpty()) {
			fail("Expecting a flow" + flows.criteria() + " but there was none", this.actual.list());
		}
		return about(flows);
	}

	private void verifyEmpty(RecordedFlows flows) {
		List<RecordedFlow> found = flows.list();
		if (!found.isEmpty()) {
			about(flows).fail("Expecting no flow" + flows.criteria() + " but there was", found);
		}
	}

	/**
	 * Return assertions about other flows that fail in the same words.
	 */
	private RecordedFlowsAssert about(RecordedFlows flows) {
		RecordedFlowsAssert other = new RecordedFlowsAssert(flows);
		other.info.description(this.info.description());
		other.info.overridingErrorMessage(this.info.overridingErrorMessage());
		return other;
	}

	/**
	 * Fail with an expectation, the flows that were considered, and all there are.
	 */
	private void fail(String expectation, List<RecordedFlow> considered) {
		List<RecordedFlow> all = this.actual.all().list();
		StringBuilder message = new StringBuilder(expectation).append('.');
		if (!considered.isEmpty() && considered.size() < all.size()) {
			message.append("\nFlows").append(this.actual.criteria()).append(":\n").append(FlowTexts.list(considered));
		}
		message.append(all.isEmpty() ? "\nNothing was recorded." : "\nAll that was recorded:\n" + FlowTexts.list(all));
		message.append(FlowTexts.advice(all, this.actual.remarks()));
		failWithMessage("%s", message);
	}

}
