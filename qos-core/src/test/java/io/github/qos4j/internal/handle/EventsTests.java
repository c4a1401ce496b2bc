package io.github.qos4j.internal.handle;

import java.net.DatagramSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import io.github.qos4j.FlowState;
import io.github.qos4j.FlowStatus;
import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.recording.RecordingBackend;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Events}.
 */
class EventsTests {

	private final List<String> all = Collections.synchronizedList(new ArrayList<>());

	private final List<String> some = new CopyOnWriteArrayList<>();

	@Test
	void listenerThatDoesNotHearOfFlowsIsToldOfTheHandleAlone() throws Exception {
		try (QosHandle handle = new RecordingBackend().applyTo(QosHandle.builder())
			.listener(new Listener(this.all, true))
			.listener(new Listener(this.some, false))
			.build(); DatagramSocket socket = new DatagramSocket()) {
			handle.awaitOpen(Duration.ofSeconds(30));
			QosFlow flow = handle.addFlow(socket, TrafficType.VOICE);
			await().until(() -> flow.state() == FlowState.ACTIVE);
		}
		await().untilAsserted(
				() -> assertThat(this.all).containsSubsequence("OPEN", "new flow", "flow ACTIVE", "flow CLOSED")
					.contains("CLOSED"));
		await().untilAsserted(() -> assertThat(this.some).containsExactly("OPEN", "CLOSED"));
	}

	@Test
	void listenerThatFailsToSayIsToldOfAll() throws Exception {
		QosHandle.Listener failing = new Listener(this.all, true) {

			@Override
			public boolean hearsOfFlows() {
				throw new IllegalStateException("A listener's own failure");
			}

		};
		try (QosHandle handle = new RecordingBackend().applyTo(QosHandle.builder()).listener(failing).build();
				DatagramSocket socket = new DatagramSocket()) {
			handle.awaitOpen(Duration.ofSeconds(30));
			handle.addFlow(socket, TrafficType.VOICE);
			await().untilAsserted(() -> assertThat(this.all).contains("flow ACTIVE"));
		}
	}

	@Test
	void newsOfTheHandleAreNotDroppedBehindThoseOfFlows() {
		tellABlockedListener((events) -> {
			for (int i = 0; i < 20_000; i++) {
				events.tellOfFlow((listener) -> listener.flowAdded(null, null));
			}
			tell(events, HandleState.OPENING);
			tell(events, HandleState.OPEN);
			events.tellOfFlow((listener) -> listener.flowAdded(null, null));
		});
		assertThat(this.all).hasSizeBetween(10_000, 10_010).endsWith("new flow", "OPENING", "OPEN");
	}

	@Test
	void newestOfVeryManyNewsOfTheHandleIsTold() {
		tellABlockedListener((events) -> {
			for (int i = 0; i < 20_000; i++) {
				tell(events, HandleState.RECOVERING);
			}
			tell(events, HandleState.OPEN);
		});
		assertThat(this.all).hasSizeBetween(100, 110).startsWith("RECOVERING", "RECOVERING").endsWith("OPEN");
	}

	private static void tell(Events events, HandleState state) {
		HandleStatus status = HandleStatus.builder(state).build();
		events.tell((listener) -> listener.handleChanged(null, status));
	}

	/**
	 * Tell of something while the listener is busy, and wait until all is told.
	 */
	private void tellABlockedListener(Consumer<Events> news) {
		CompletableFuture<Void> gate = new CompletableFuture<>();
		QosHandle.Listener busy = new Listener(this.all, true) {

			@Override
			public void flowChanged(QosFlow flow, FlowStatus status) {
				gate.join();
			}

		};
		Events events = new Events("test", List.of(busy), System.getLogger(EventsTests.class.getName()));
		events.tellOfFlow((listener) -> listener.flowChanged(null, null));
		news.accept(events);
		gate.complete(null);
		events.close();
		await().until(() -> Thread.getAllStackTraces()
			.keySet()
			.stream()
			.noneMatch((thread) -> thread.getName().equals("qos-events-test")));
	}

	private static class Listener implements QosHandle.Listener {

		private final List<String> told;

		private final boolean flows;

		Listener(List<String> told, boolean flows) {
			this.told = told;
			this.flows = flows;
		}

		@Override
		public boolean hearsOfFlows() {
			return this.flows;
		}

		@Override
		public void handleChanged(QosHandle handle, HandleStatus status) {
			this.told.add(status.state().name());
		}

		@Override
		public void flowAdded(QosHandle handle, QosFlow flow) {
			this.told.add("new flow");
		}

		@Override
		public void flowChanged(QosFlow flow, FlowStatus status) {
			this.told.add("flow " + status.state());
		}

	}

}
