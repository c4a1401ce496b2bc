package io.github.qos4j.boot;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.github.qos4j.BackendRefusal;
import io.github.qos4j.FlowCounts;
import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.QosDatagramSender;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QwaveFeatures;
import io.github.qos4j.ServiceState;
import io.github.qos4j.ServiceStatus;
import org.jspecify.annotations.Nullable;

/**
 * A handle that says what it is told to say.
 */
public final class StubHandle implements QosHandle {

	private volatile HandleStatus status = HandleStatus.builder(HandleState.OPEN).backend("fake").build();

	private volatile Supplier<ServiceStatus> service = () -> new ServiceStatus("FAKE", ServiceState.RUNNING);

	private final AtomicInteger reopened = new AtomicInteger();

	private volatile boolean closed;

	public StubHandle state(HandleState state) {
		return status(this.status.toBuilder().state(state));
	}

	public StubHandle since(Instant since) {
		return status(this.status.toBuilder().since(since));
	}

	public StubHandle backend(String backend) {
		return status(this.status.toBuilder().backend(backend));
	}

	public StubHandle failure(@Nullable String reason, @Nullable QosException error, @Nullable Instant nextTry) {
		return status(this.status.toBuilder().reason(reason).error(error).nextTry(nextTry));
	}

	public StubHandle flows(FlowCounts flows) {
		return status(this.status.toBuilder().flows(flows));
	}

	public StubHandle hanging(int hanging) {
		return status(this.status.toBuilder().hanging(hanging));
	}

	public StubHandle paused(boolean paused) {
		return status(this.status.toBuilder().paused(paused));
	}

	public StubHandle refusals(List<BackendRefusal> refusals) {
		return status(this.status.toBuilder().refusals(refusals));
	}

	/**
	 * Return how often it was asked to open anew.
	 */
	public int reopened() {
		return this.reopened.get();
	}

	private StubHandle status(HandleStatus.Builder status) {
		this.status = status.build();
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
	public ServiceStatus queryServiceStatus() {
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
	public QosFlow addFlow(QosSocket socket, QosFlowOptions options) {
		throw new UnsupportedOperationException();
	}

	@Override
	public QosDatagramSender datagramSender(QosSocket socket) {
		throw new UnsupportedOperationException();
	}

	@Override
	public QwaveFeatures qwave() {
		throw new UnsupportedOperationException();
	}

	@Override
	public List<QosFlow> flows() {
		return List.of();
	}

	@Override
	public void pauseMarking() {
		paused(true);
	}

	@Override
	public void resumeMarking() {
		paused(false);
	}

	@Override
	public void reopen() {
		this.reopened.incrementAndGet();
	}

	@Override
	public void close() {
		this.closed = true;
	}

}
