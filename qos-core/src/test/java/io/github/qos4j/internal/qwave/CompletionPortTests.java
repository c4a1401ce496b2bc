package io.github.qos4j.internal.qwave;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import com.sun.jna.Pointer;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.internal.qwave.CompletionPort.Operation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link CompletionPort} over a port in memory, where threads do not start.
 */
class CompletionPortTests {

	private final FakeQwave.FakeKernel kernel = new FakeQwave.FakeKernel();

	private final List<Thread> threads = new ArrayList<>();

	private volatile boolean exhausted;

	private final CompletionPort port = new CompletionPort(this.kernel, this::newThread);

	private final List<Integer> told = new CopyOnWriteArrayList<>();

	@AfterEach
	void everyThreadEnds() throws InterruptedException {
		for (Thread thread : this.threads) {
			thread.join();
		}
	}

	@Test
	void threadThatCannotStartIsStartedByALaterCall() {
		this.exhausted = true;
		Throwable failure = catchThrowable(() -> this.port.attach(handle(1)));
		assertThat(failure).isInstanceOfSatisfying(QosException.class, (ex) -> {
			assertThat(ex.errorCase()).isEqualTo(ErrorCase.RESOURCES);
			assertThat(ex).hasMessageContaining("unable to create native thread");
			assertThat(ex.remedy()).isNotBlank();
		});
		this.exhausted = false;
		this.port.attach(handle(1));
		Operation operation = this.port.begin(this.told::add);
		complete(operation, 995);
		await().until(() -> this.told.equals(List.of(995)));
		assertThat(this.kernel.attached).as("a handle can be attached once").hasValue(1);
		this.port.detach();
	}

	@Test
	void waitsOfOthersAreCollectedWhenTheThreadOfANextSessionDoesNotStart() {
		this.port.attach(handle(1));
		Operation kept = this.port.begin(this.told::add);
		this.port.detach();
		await().until(() -> !this.threads.get(0).isAlive());
		this.exhausted = true;
		assertThat(catchThrowable(() -> this.port.attach(handle(2)))).isNotNull();
		assertThat(this.port.outstanding()).isOne();
		this.exhausted = false;
		this.port.attach(handle(2));
		complete(kept, 0);
		await().until(() -> this.told.equals(List.of(0)) && this.port.outstanding() == 0);
		this.port.detach();
	}

	@Test
	void handleThatCannotBeAttachedLeavesNoThread() {
		this.kernel.refusesHandles = true;
		assertThat(catchThrowable(() -> this.port.attach(handle(1)))).isInstanceOf(QosException.class);
		await().until(() -> this.threads.stream().noneMatch(Thread::isAlive));
		this.kernel.refusesHandles = false;
		this.port.attach(handle(1));
		complete(this.port.begin(this.told::add), 0);
		await().until(() -> this.told.equals(List.of(0)));
		this.port.detach();
	}

	private void complete(Operation operation, int code) {
		this.kernel.packets.add(new FakeQwave.FakeKernel.Packet(operation.overlapped(), code));
	}

	private static Pointer handle(int number) {
		return Pointer.createConstant(16 * number);
	}

	private Thread newThread(Runnable task) {
		Thread thread = new Thread(task) {

			@Override
			public void start() {
				if (CompletionPortTests.this.exhausted) {
					throw new OutOfMemoryError("unable to create native thread");
				}
				super.start();
			}

		};
		thread.setDaemon(true);
		this.threads.add(thread);
		return thread;
	}

}
