package io.github.qos4j.boot.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.qos4j.ServiceState;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.boot.StubHandle;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ServiceProbe}.
 */
@Timeout(60)
class ServiceProbeTests {

	private static final ServiceStatus RUNNING = new ServiceStatus("FAKE", ServiceState.RUNNING);

	private static final Duration LONG = Duration.ofMinutes(1);

	private static final Duration SHORT = Duration.ofMillis(200);

	private final CountDownLatch released = new CountDownLatch(1);

	private final AtomicInteger calls = new AtomicInteger();

	private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

	@AfterEach
	void release() {
		this.released.countDown();
	}

	@Test
	void returnsAnswer() {
		assertThat(new ServiceProbe(new StubHandle().service(() -> RUNNING), LONG).ask()).isEqualTo(RUNNING);
	}

	@Test
	void asksEachTime() {
		AtomicReference<ServiceState> state = new AtomicReference<>(ServiceState.RUNNING);
		ServiceProbe probe = new ServiceProbe(new StubHandle().service(() -> new ServiceStatus("FAKE", state.get())),
				LONG);
		assertThat(probe.ask().state()).isEqualTo(ServiceState.RUNNING);
		state.set(ServiceState.STOPPED);
		assertThat(probe.ask().state()).isEqualTo(ServiceState.STOPPED);
	}

	@Test
	void asksOnceWhereNoServiceIsNeeded() {
		ServiceStatus none = new ServiceStatus("none", ServiceState.NOT_NEEDED);
		ServiceProbe probe = new ServiceProbe(new StubHandle().service(() -> {
			this.calls.incrementAndGet();
			return none;
		}), LONG);
		assertThat(probe.ask()).isEqualTo(none);
		assertThat(probe.ask()).isEqualTo(none);
		assertThat(this.calls).hasValue(1);
	}

	@Test
	void answersUnknownWhenCallHangs() {
		long start = System.nanoTime();
		assertThat(new ServiceProbe(hanging(), SHORT).ask())
			.isEqualTo(new ServiceStatus("unknown", ServiceState.UNKNOWN));
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT, Duration.ofSeconds(20));
	}

	@Test
	void answersUnknownWhenCallFails() {
		StubHandle handle = new StubHandle().service(() -> {
			throw new IllegalStateException("broken");
		});
		assertThat(new ServiceProbe(handle, LONG).ask().state()).isEqualTo(ServiceState.UNKNOWN);
	}

	@Test
	void asksAgainAfterFailure() {
		StubHandle handle = new StubHandle().service(() -> {
			throw new LinkageError("broken");
		});
		ServiceProbe probe = new ServiceProbe(handle, LONG);
		probe.ask();
		handle.service(() -> RUNNING);
		assertThat(probe.ask()).isEqualTo(RUNNING);
	}

	@Test
	void manyChecksOneAfterTheOtherShareOneHangingCall() {
		ServiceProbe probe = new ServiceProbe(hanging(), SHORT);
		long start = System.nanoTime();
		for (int i = 0; i < 50; i++) {
			assertThat(probe.ask().state()).isEqualTo(ServiceState.UNKNOWN);
		}
		// One limit in all and not one for each: that would be 10 seconds.
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
		assertThat(this.calls).hasValue(1);
		assertThat(this.threads).hasSize(1);
	}

	@Test
	void manyChecksAtOnceShareOneHangingCall() throws Exception {
		ServiceProbe probe = new ServiceProbe(hanging(), SHORT);
		ExecutorService executor = Executors.newFixedThreadPool(50);
		try {
			long start = System.nanoTime();
			for (Future<ServiceStatus> answer : executor
				.invokeAll(Collections.<Callable<ServiceStatus>>nCopies(50, probe::ask))) {
				assertThat(answer.get().state()).isEqualTo(ServiceState.UNKNOWN);
			}
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
		}
		finally {
			executor.shutdownNow();
		}
		assertThat(this.calls).hasValue(1);
		assertThat(this.threads).hasSize(1);
	}

	@Test
	void waitersGetAnswerThatArrivesInTime() throws Exception {
		ServiceProbe probe = new ServiceProbe(hanging(), LONG);
		ExecutorService executor = Executors.newFixedThreadPool(5);
		try {
			List<Future<ServiceStatus>> answers = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				answers.add(executor.submit(probe::ask));
			}
			Awaitility.await().until(() -> this.calls.get() == 1);
			this.released.countDown();
			for (Future<ServiceStatus> answer : answers) {
				assertThat(answer.get()).isEqualTo(RUNNING);
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

	@Test
	void recoversOnceHangingCallReturns() {
		ServiceProbe probe = new ServiceProbe(hanging(), SHORT);
		assertThat(probe.ask().state()).isEqualTo(ServiceState.UNKNOWN);
		this.released.countDown();
		Awaitility.await().untilAsserted(() -> assertThat(probe.ask()).isEqualTo(RUNNING));
	}

	@Test
	void threadIsDaemonOfItsOwnAndEndsWithCall() {
		ServiceProbe probe = new ServiceProbe(hanging(), SHORT);
		ClassLoader application = new ClassLoader(getClass().getClassLoader()) {
		};
		ClassLoader before = Thread.currentThread().getContextClassLoader();
		Thread.currentThread().setContextClassLoader(application);
		try {
			probe.ask();
		}
		finally {
			Thread.currentThread().setContextClassLoader(before);
		}
		assertThat(this.threads).singleElement().satisfies((thread) -> {
			assertThat(thread.isDaemon()).isTrue();
			assertThat(thread.getName()).isEqualTo("qos-health-stub");
			assertThat(thread.getContextClassLoader()).isNotSameAs(application);
		});
		this.released.countDown();
		Awaitility.await().until(() -> this.threads.stream().noneMatch(Thread::isAlive));
	}

	@Test
	void keepsInterruptOfCaller() {
		ServiceProbe probe = new ServiceProbe(hanging(), LONG);
		Thread.currentThread().interrupt();
		assertThat(probe.ask().state()).isEqualTo(ServiceState.UNKNOWN);
		assertThat(Thread.interrupted()).isTrue();
	}

	private StubHandle hanging() {
		return new StubHandle().service(() -> {
			this.calls.incrementAndGet();
			this.threads.add(Thread.currentThread());
			try {
				this.released.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException("The call must not be interrupted", ex);
			}
			return RUNNING;
		});
	}

}
