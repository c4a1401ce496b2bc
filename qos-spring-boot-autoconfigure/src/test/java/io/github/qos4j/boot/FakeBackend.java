package io.github.qos4j.boot;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.qos4j.spi.Availability;
import io.github.qos4j.Dscp;
import io.github.qos4j.Marking;
import io.github.qos4j.NativeError;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.QosSocket;
import io.github.qos4j.spi.SessionSettings;
import io.github.qos4j.ServiceState;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * A backend whose opening succeeds, fails or hangs as told, and which counts its
 * sessions.
 */
public final class FakeBackend implements QosBackend {

	private final AtomicInteger openCalls = new AtomicInteger();

	private final AtomicInteger opened = new AtomicInteger();

	private final AtomicInteger closed = new AtomicInteger();

	private final CountDownLatch released;

	private final @Nullable NativeError error;

	private FakeBackend(int holds, @Nullable NativeError error) {
		this.released = new CountDownLatch(holds);
		this.error = error;
	}

	/**
	 * Return a backend that opens at once.
	 */
	public static FakeBackend opening() {
		return new FakeBackend(0, null);
	}

	/**
	 * Return a backend whose opening fails.
	 */
	public static FakeBackend failing(NativeError error) {
		return new FakeBackend(0, error);
	}

	/**
	 * Return a backend whose opening hangs until {@link #release()}.
	 */
	public static FakeBackend hanging() {
		return new FakeBackend(1, null);
	}

	@Override
	public String name() {
		return "fake";
	}

	@Override
	public Availability availability() {
		return Availability.yes();
	}

	@Override
	public boolean mayBlock() {
		return true;
	}

	@Override
	public QosSession open(SessionSettings settings) {
		this.openCalls.incrementAndGet();
		awaitRelease();
		if (this.error != null) {
			throw new QosException(this.error);
		}
		this.opened.incrementAndGet();
		return new FakeSession();
	}

	private void awaitRelease() {
		boolean interrupted = false;
		while (true) {
			try {
				this.released.await();
				break;
			}
			catch (InterruptedException ex) {
				// A native call does not end because its thread is interrupted.
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public ServiceStatus queryServiceStatus() {
		return new ServiceStatus("FAKE", ServiceState.RUNNING);
	}

	/**
	 * Let hanging calls return.
	 */
	public void release() {
		this.released.countDown();
	}

	public int openCalls() {
		return this.openCalls.get();
	}

	public int opened() {
		return this.opened.get();
	}

	public int closed() {
		return this.closed.get();
	}

	private final class FakeSession implements QosSession {

		@Override
		public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
			return () -> new Marking(dscp, dscp, null);
		}

		@Override
		public void remove(SessionFlow flow) {
		}

		@Override
		public void close(Iterable<SessionFlow> flows) {
			FakeBackend.this.closed.incrementAndGet();
		}

	}

}
