package io.github.qos4j.boot;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.NetworkChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import io.github.qos4j.ClientTracking;
import io.github.qos4j.FlowCounts;
import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.QosDatagramSender;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QosVersion;
import io.github.qos4j.ServiceState;
import io.github.qos4j.ServiceStatus;
import org.jspecify.annotations.Nullable;

/**
 * A handle that says what it is told to say.
 */
public final class StubHandle implements QosHandle {

	private volatile HandleStatus status = new HandleStatus(HandleState.OPEN, Instant.EPOCH, "fake", QosVersion.V1_0,
			null, null, null, new FlowCounts(0, 0, 0), 0);

	private volatile Supplier<ServiceStatus> service = () -> new ServiceStatus("FAKE", ServiceState.RUNNING);

	private volatile boolean closed;

	public StubHandle state(HandleState state) {
		HandleStatus old = this.status;
		this.status = new HandleStatus(state, old.since(), old.backend(), old.version(), old.reason(), old.error(),
				old.nextTry(), old.flows(), old.hanging());
		return this;
	}

	public StubHandle since(Instant since) {
		HandleStatus old = this.status;
		this.status = new HandleStatus(old.state(), since, old.backend(), old.version(), old.reason(), old.error(),
				old.nextTry(), old.flows(), old.hanging());
		return this;
	}

	public StubHandle backend(String backend) {
		HandleStatus old = this.status;
		this.status = new HandleStatus(old.state(), old.since(), backend, old.version(), old.reason(), old.error(),
				old.nextTry(), old.flows(), old.hanging());
		return this;
	}

	public StubHandle failure(@Nullable String reason, @Nullable QosException error, @Nullable Instant nextTry) {
		HandleStatus old = this.status;
		this.status = new HandleStatus(old.state(), old.since(), old.backend(), old.version(), reason, error, nextTry,
				old.flows(), old.hanging());
		return this;
	}

	public StubHandle flows(FlowCounts flows) {
		HandleStatus old = this.status;
		this.status = new HandleStatus(old.state(), old.since(), old.backend(), old.version(), old.reason(),
				old.error(), old.nextTry(), flows, old.hanging());
		return this;
	}

	public StubHandle hanging(int hanging) {
		HandleStatus old = this.status;
		this.status = new HandleStatus(old.state(), old.since(), old.backend(), old.version(), old.reason(),
				old.error(), old.nextTry(), old.flows(), hanging);
		return this;
	}

	public StubHandle service(ServiceState state) {
		return service(() -> new ServiceStatus("FAKE", state));
	}

	public StubHandle service(Supplier<ServiceStatus> service) {
		this.service = service;
		return this;
	}

	public boolean isClosed() {
		return this.closed;
	}

	@Override
	public String name() {
		return "stub";
	}

	@Override
	public HandleStatus status() {
		return this.status;
	}

	@Override
	public ServiceStatus service() {
		return this.service.get();
	}

	@Override
	public CompletionStage<QosHandle> whenOpen() {
		return CompletableFuture.completedStage(this);
	}

	@Override
	public void awaitOpen(Duration timeout) {
	}

	@Override
	public QosFlow addFlow(Socket socket, QosFlowOptions options) {
		throw new UnsupportedOperationException();
	}

	@Override
	public QosFlow addFlow(DatagramSocket socket, QosFlowOptions options) {
		throw new UnsupportedOperationException();
	}

	@Override
	public QosFlow addFlow(NetworkChannel channel, QosFlowOptions options) {
		throw new UnsupportedOperationException();
	}

	@Override
	public QosFlow addFlow(ServerSocket socket, QosFlowOptions options) {
		throw new UnsupportedOperationException();
	}

	@Override
	public QosFlow addFlow(QosSocket socket, QosFlowOptions options) {
		throw new UnsupportedOperationException();
	}

	@Override
	public QosDatagramSender datagramSender(QosSocket socket) {
		throw new UnsupportedOperationException();
	}

	@Override
	public CompletionStage<List<Long>> systemFlows() {
		throw new UnsupportedOperationException();
	}

	@Override
	public ClientTracking trackClient(InetAddress client) {
		throw new UnsupportedOperationException();
	}

	@Override
	public List<QosFlow> flows() {
		return List.of();
	}

	@Override
	public void close() {
		this.closed = true;
	}

}
