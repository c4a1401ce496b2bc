package io.github.qos4j.boot.event;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowState;
import io.github.qos4j.FlowStatus;
import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.Marking;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlow.ConditionListener;
import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.StubHandle;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;

import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link PublishingListener}.
 */
class PublishingListenerTests {

	private static final Dscp VOICE = Dscp.of(56);

	private static final Marking APPLIED = new Marking(VOICE, VOICE, null);

	private static final Marking UNKNOWN = new Marking(VOICE, null, "not asked yet");

	private static final Marking MISMATCHED = new Marking(VOICE, Dscp.of(0), "rewritten");

	private static final Marking OTHERWISE = new Marking(VOICE, Dscp.of(8), "rewritten");

	private final List<QosEvent> events = new CopyOnWriteArrayList<>();

	private final GenericApplicationContext context = new GenericApplicationContext();

	private final QosEventPublisher publisher = new QosEventPublisher(this.context);

	private final PublishingListener listener = new PublishingListener(this.publisher, false);

	private final QosHandle handle = new StubHandle();

	private final QosFlow flow = mock();

	@BeforeEach
	void listen() {
		this.context.addApplicationListener(this.publisher);
		this.context.addApplicationListener(new Collector());
		given(this.flow.marking()).willReturn(APPLIED);
	}

	@AfterEach
	void close() {
		this.context.close();
	}

	@Test
	void eventsWaitUntilTheContextIsRefreshed() {
		HandleStatus status = HandleStatus.builder(HandleState.OPEN).build();
		this.listener.handleChanged(this.handle, status);
		this.listener.flowAdded(this.handle, this.flow);
		assertThat(this.events).isEmpty();
		this.context.refresh();
		expect(new QosHandleEvent.Opened(this.handle, status), new QosFlowEvent.Added(this.handle, this.flow));
	}

	@Test
	void eachStateOfHandleHasItsEvent() {
		this.context.refresh();
		HandleStatus unavailable = handleIs(HandleState.UNAVAILABLE, false);
		HandleStatus open = handleIs(HandleState.OPEN, false);
		HandleStatus paused = handleIs(HandleState.OPEN, true);
		HandleStatus lost = handleIs(HandleState.RECOVERING, true);
		HandleStatus recovered = handleIs(HandleState.OPEN, true);
		HandleStatus resumed = handleIs(HandleState.OPEN, false);
		HandleStatus closed = handleIs(HandleState.CLOSED, false);
		expect(new QosHandleEvent.Unavailable(this.handle, unavailable), new QosHandleEvent.Opened(this.handle, open),
				new QosHandleEvent.Paused(this.handle, paused), new QosHandleEvent.Lost(this.handle, lost),
				new QosHandleEvent.Recovered(this.handle, recovered), new QosHandleEvent.Resumed(this.handle, resumed),
				new QosHandleEvent.Closed(this.handle, closed));
	}

	@Test
	void statesOfFlowHaveEvents() {
		this.context.refresh();
		this.listener.flowAdded(this.handle, this.flow);
		FlowStatus active = flowIs(FlowState.ACTIVE);
		flowIs(FlowState.PENDING);
		FlowStatus failed = flowIs(FlowState.FAILED);
		flowIs(FlowState.CLOSED);
		expect(new QosFlowEvent.Added(this.handle, this.flow), new QosFlowEvent.Active(this.handle, this.flow, active),
				new QosFlowEvent.Failed(this.handle, this.flow, failed),
				new QosFlowEvent.Closed(this.handle, this.flow));
	}

	@Test
	void mismatchIsToldOnceForEachChange() {
		this.context.refresh();
		this.listener.flowAdded(this.handle, this.flow);
		given(this.flow.marking()).willReturn(UNKNOWN, MISMATCHED, MISMATCHED, OTHERWISE, APPLIED, OTHERWISE);
		for (int i = 0; i < 6; i++) {
			flowIs(FlowState.ACTIVE);
		}
		flowIs(FlowState.CLOSED);
		awaitLast(QosFlowEvent.Closed.class);
		assertThat(this.events).filteredOn(QosFlowEvent.MarkingMismatched.class::isInstance)
			.containsExactly(new QosFlowEvent.MarkingMismatched(this.handle, this.flow, MISMATCHED),
					new QosFlowEvent.MarkingMismatched(this.handle, this.flow, OTHERWISE),
					new QosFlowEvent.MarkingMismatched(this.handle, this.flow, OTHERWISE));
		verify(this.flow, never()).listen(any(), any());
	}

	@Test
	void congestionIsListenedForOnceForEachFlow() {
		this.context.refresh();
		PublishingListener looking = new PublishingListener(this.publisher, true);
		looking.flowAdded(this.handle, this.flow);
		FlowStatus active = new FlowStatus(FlowState.ACTIVE, null, null);
		looking.flowChanged(this.flow, active);
		looking.flowChanged(this.flow, active);
		ArgumentCaptor<ConditionListener> conditions = ArgumentCaptor.captor();
		verify(this.flow).listen(eq(FlowCondition.CONGESTED), conditions.capture());
		conditions.getValue().occurred(this.flow, FlowCondition.CONGESTED);
		awaitLast(QosFlowEvent.Congested.class);
		// Where it has ended, the next time may be luckier
		conditions.getValue().ended(this.flow, new QosException(ErrorCase.NOT_SUPPORTED, "unknown", null, null));
		looking.flowChanged(this.flow, active);
		verify(this.flow, times(2)).listen(eq(FlowCondition.CONGESTED), any());
	}

	private HandleStatus handleIs(HandleState state, boolean paused) {
		HandleStatus status = HandleStatus.builder(state).paused(paused).build();
		this.listener.handleChanged(this.handle, status);
		// Told again, without a change
		this.listener.handleChanged(this.handle, status);
		return status;
	}

	private FlowStatus flowIs(FlowState state) {
		FlowStatus status = new FlowStatus(state, null, null);
		this.listener.flowChanged(this.flow, status);
		return status;
	}

	private void expect(QosEvent... expected) {
		Awaitility.await().until(() -> this.events.size() >= expected.length);
		assertThat(this.events).containsExactly(expected);
	}

	private void awaitLast(Class<? extends QosEvent> type) {
		Awaitility.await().until(() -> this.events.stream().anyMatch(type::isInstance));
	}

	private final class Collector implements ApplicationListener<PayloadApplicationEvent<?>> {

		@Override
		public void onApplicationEvent(PayloadApplicationEvent<?> event) {
			PublishingListenerTests.this.events.add((QosEvent) event.getPayload());
		}

	}

}
