package io.github.qos4j.boot.autoconfigure.event;

import java.net.DatagramSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import io.github.qos4j.FlowState;
import io.github.qos4j.FlowStatus;
import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.TestHandles;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.QosRecordingAutoConfiguration;
import io.github.qos4j.boot.event.QosEvent;
import io.github.qos4j.boot.event.QosEventPublisher;
import io.github.qos4j.boot.event.QosFlowEvent;
import io.github.qos4j.boot.event.QosHandleEvent;
import io.github.qos4j.recording.RecordingBackend;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link QosEventAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(120)
class QosEventAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QosEventAutoConfiguration.class, QosRecordingAutoConfiguration.class,
				QosAutoConfiguration.class))
		.withPropertyValues("qos.backend=recording");

	private final ApplicationContextRunner publishing = this.runner.withPropertyValues("qos.events.enabled=true");

	@Test
	void publishesNothingUnlessAsked() {
		this.runner.withBean(Told.class).run((context) -> {
			assertThat(context).doesNotHaveBean(QosEventPublisher.class);
			context.getBean(QosHandle.class).close();
			assertThat(context.getBean(Told.class).events).isEmpty();
		});
	}

	@Test
	void listenersInVainAreWarnedOfOnce(CapturedOutput output) {
		this.runner.withBean(Told.class)
			.withBean(ToldOfAdded.class)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsOnlyOnce("Events of QoS are not published, and there is a listener for them")
			.contains("'qos.events.enabled=true'");
	}

	@Test
	void whoeverDoesNotListenOrWantEventsIsNotWarned(CapturedOutput output) {
		this.runner.withBean(ToldOfAll.class).run((context) -> assertThat(context).hasNotFailed());
		this.runner.withBean(Told.class)
			.withPropertyValues("qos.events.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed());
		this.publishing.withBean(Told.class).run((context) -> context.getBean(Told.class).await("Opened"));
		assertThat(output).doesNotContain("Events of QoS are not published");
	}

	@Test
	void publishesNothingWhereQosIsOff() {
		this.publishing.withPropertyValues("qos.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(QosEventPublisher.class));
	}

	@Test
	void listenerIsToldWhatHappensInOrder() {
		this.publishing.withBean(Told.class).run((context) -> {
			QosHandle handle = context.getBean(QosHandle.class);
			Told told = context.getBean(Told.class);
			// Has happened while the context was started, or later
			told.await("Opened");
			try (DatagramSocket socket = new DatagramSocket()) {
				QosFlow flow = handle.addFlow(socket, TrafficType.VOICE);
				told.await("Opened", "Added", "Active");
				context.getBean(RecordingBackend.class).lose();
				told.await("Opened", "Added", "Active", "Lost", "Recovered", "Active");
				told.events.clear();
				handle.pauseMarking();
				handle.resumeMarking();
				told.await("Paused", "Resumed", "Active");
				flow.close();
			}
			handle.close();
			told.await("Paused", "Resumed", "Active", "Closed", "Closed");
			assertThat(told.events).allSatisfy((event) -> assertThat(event.handle()).isSameAs(handle))
				.last()
				.isInstanceOf(QosHandleEvent.Closed.class);
		});
	}

	@Test
	void listenerOfOneKindIsToldOfThatAlone() {
		this.publishing.withBean(ToldOfAdded.class).run((context) -> {
			QosHandle handle = context.getBean(QosHandle.class);
			try (DatagramSocket socket = new DatagramSocket()) {
				QosFlow first = handle.addFlow(socket, TrafficType.VOICE);
				first.close();
				QosFlow second = handle.addFlow(socket, TrafficType.CONTROL);
				Awaitility.await().until(() -> context.getBean(ToldOfAdded.class).flows.equals(List.of(first, second)));
			}
		});
	}

	@Test
	void eachHandleHasItsEvents() {
		this.publishing.withBean(Told.class).withUserConfiguration(TestHandles.Two.class).run((context) -> {
			Told told = context.getBean(Told.class);
			told.await("Opened", "Opened");
			assertThat(told.events).extracting((event) -> event.handle().name())
				.containsExactlyInAnyOrder("first", "second");
		});
	}

	@Test
	void listenerThatBlocksForeverKeepsNobodyWaiting() {
		try (Blocking blocking = new Blocking()) {
			this.publishing.withBean(Blocking.class, () -> blocking, (definition) -> {
				// Else the context would end it.
				((AbstractBeanDefinition) definition).setDestroyMethodName("");
			}).withBean(Heard.class).run((context) -> {
				QosHandle handle = context.getBean(QosHandle.class);
				blocking.called.await();
				try (DatagramSocket socket = new DatagramSocket(); DatagramSocket other = new DatagramSocket()) {
					QosFlow flow = handle.addFlow(socket, TrafficType.VOICE);
					assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
					RecordingBackend backend = context.getBean(RecordingBackend.class);
					backend.lose();
					Awaitility.await().until(() -> backend.flows().size() == 2 && flow.state() == FlowState.ACTIVE);
					assertThat(handle.addFlow(other, TrafficType.CONTROL).state()).isEqualTo(FlowState.ACTIVE);
					flow.close();
					assertThat(flow.state()).isEqualTo(FlowState.CLOSED);
					assertThat(backend.flows().get(1).open()).isFalse();
				}
				handle.close();
				Heard heard = context.getBean(Heard.class);
				Awaitility.await().until(() -> heard.states.contains(HandleState.CLOSED));
				assertThat(heard.states).containsExactly(HandleState.OPEN, HandleState.RECOVERING, HandleState.OPEN,
						HandleState.CLOSED);
			});
			// The context is closed: the listener is interrupted, and told no more
			awaitEndOfPublisher();
			assertThat(blocking.calls).hasSize(1);
		}
	}

	@Test
	void listenerThatClosesTheContextIsNotInterrupted() {
		AtomicReference<Boolean> interrupted = new AtomicReference<>();
		this.publishing
			.withInitializer((context) -> context.addApplicationListener((PayloadApplicationEvent<QosEvent> event) -> {
				context.close();
				interrupted.set(Thread.currentThread().isInterrupted());
			}))
			.run((context) -> Awaitility.await().until(() -> interrupted.get() != null));
		assertThat(interrupted).hasValue(false);
	}

	@Test
	void nothingIsPublishedOnceTheContextCloses() throws Exception {
		Told told = new Told();
		Heard heard = new Heard();
		try (DatagramSocket socket = new DatagramSocket()) {
			this.publishing.withBean(Told.class, () -> told).withBean(Heard.class, () -> heard).run((context) -> {
				context.getBean(QosHandle.class).addFlow(socket, TrafficType.VOICE);
				told.await("Opened", "Added", "Active");
			});
		}
		Awaitility.await().until(() -> heard.states.contains(HandleState.CLOSED));
		awaitEndOfPublisher();
		assertThat(told.names()).containsExactly("Opened", "Added", "Active");
		assertThat(told.closed).isTrue();
	}

	@Test
	void failedStartLeavesNoThread() {
		this.publishing.withUserConfiguration(Failing.class).run((context) -> assertThat(context).hasFailed());
		awaitEndOfPublisher();
	}

	@Test
	void lazyHandleHasEvents() {
		this.publishing.withBean(Told.class)
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				Told told = context.getBean(Told.class);
				assertThat(told.events).isEmpty();
				context.getBean(QosHandle.class);
				told.await("Opened");
			});
	}

	@Test
	void exceptionsOfListenersAreLoggedOnce(CapturedOutput output) {
		this.publishing.withBean(Throwing.class).run((context) -> {
			QosHandle handle = context.getBean(QosHandle.class);
			try (DatagramSocket socket = new DatagramSocket()) {
				handle.addFlow(socket, TrafficType.VOICE).close();
			}
			Awaitility.await().until(() -> context.getBean(Throwing.class).calls.size() == 4);
		});
		assertThat(output).containsOnlyOnce("A listener of QoS events has thrown").containsOnlyOnce("thrown by a test");
	}

	private static void awaitEndOfPublisher() {
		Awaitility.await()
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.noneMatch((thread) -> thread.getName().equals("qos-publisher")));
	}

	static class Told {

		final List<QosEvent> events = new CopyOnWriteArrayList<>();

		volatile boolean closed;

		@EventListener
		void happened(QosEvent event) {
			this.events.add(event);
		}

		@EventListener(ContextClosedEvent.class)
		void closed() {
			this.closed = true;
		}

		List<String> names() {
			return this.events.stream().map((event) -> event.getClass().getSimpleName()).toList();
		}

		void await(String... names) {
			Awaitility.await().until(() -> names().size() >= names.length);
			assertThat(names()).containsExactly(names);
		}

	}

	static class ToldOfAll {

		@EventListener
		void happened(Object event) {
		}

	}

	static class ToldOfAdded {

		final List<QosFlow> flows = new CopyOnWriteArrayList<>();

		@EventListener
		void added(QosFlowEvent.Added event) {
			this.flows.add(event.flow());
		}

	}

	static class Blocking implements AutoCloseable {

		final List<QosEvent> calls = new CopyOnWriteArrayList<>();

		final CountDownLatch called = new CountDownLatch(1);

		private final CountDownLatch end = new CountDownLatch(1);

		@EventListener
		void happened(QosEvent event) throws InterruptedException {
			this.calls.add(event);
			this.called.countDown();
			this.end.await();
		}

		@Override
		public void close() {
			this.end.countDown();
		}

	}

	static class Throwing {

		final List<QosEvent> calls = new CopyOnWriteArrayList<>();

		@EventListener
		void happened(QosEvent event) {
			this.calls.add(event);
			throw new IllegalStateException("thrown by a test");
		}

	}

	static class Heard implements QosHandle.Listener {

		final List<HandleState> states = new CopyOnWriteArrayList<>();

		@Override
		public void handleChanged(QosHandle handle, HandleStatus status) {
			this.states.add(status.state());
		}

		@Override
		public void flowChanged(QosFlow flow, FlowStatus status) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Failing {

		@Bean
		String failing(QosHandle handle) throws Exception {
			try (DatagramSocket socket = new DatagramSocket()) {
				handle.addFlow(socket, TrafficType.VOICE);
			}
			throw new IllegalStateException("fails the start");
		}

	}

}
