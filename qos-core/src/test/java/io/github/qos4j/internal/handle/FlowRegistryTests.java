package io.github.qos4j.internal.handle;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.stream.Stream;

import io.github.qos4j.FlowState;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FlowRegistry}.
 */
class FlowRegistryTests {

	private final FlowRegistry registry = new FlowRegistry();

	private final QosHandle handle = QosHandle.builder().backend("none").build();

	private DatagramChannel socket;

	@BeforeEach
	void open() throws IOException {
		this.socket = DatagramChannel.open();
	}

	@AfterEach
	void close() throws IOException {
		this.socket.close();
		this.handle.close();
	}

	@Test
	void walkPassesAllFlowsThatAreThere() {
		List<ManagedFlow> flows = add(5);
		FlowRegistry.Walk walk = this.registry.walk();
		assertThat(walk.next(2)).containsExactly(flows.get(0), flows.get(1));
		assertThat(walk.next(2)).containsExactly(flows.get(2), flows.get(3));
		assertThat(walk.next(2)).containsExactly(flows.get(4));
		assertThat(walk.next(2)).isEmpty();
	}

	@Test
	void walkGoesOnWhereFlowsComeAndGo() {
		List<ManagedFlow> flows = add(5);
		FlowRegistry.Walk walk = this.registry.walk();
		FlowRegistry.Walk other = this.registry.walk();
		assertThat(walk.next(1)).containsExactly(flows.get(0));
		Stream.of(0, 1, 2, 4).map(flows::get).forEach(this.registry::remove);
		List<ManagedFlow> added = add(1);
		assertThat(walk.next(10)).containsExactly(flows.get(3), added.get(0));
		assertThat(other.next(10)).containsExactly(flows.get(3), added.get(0));
	}

	@Test
	void walkThatHasEndedIsForgotten() {
		List<ManagedFlow> flows = add(2);
		FlowRegistry.Walk walk = this.registry.walk();
		walk.end();
		this.registry.remove(flows.get(0));
		assertThat(this.registry.counts().pending()).isEqualTo(1);
		assertThat(walk.next(1)).as("is told of nothing any more").containsExactly(flows.get(0));
	}

	@Test
	void countsByState() {
		List<ManagedFlow> flows = add(3);
		this.registry.enter(flows.get(0), FlowState.ACTIVE);
		this.registry.enter(flows.get(1), FlowState.FAILED);
		assertThat(this.registry.counts().active()).isEqualTo(1);
		assertThat(this.registry.counts().failed()).isEqualTo(1);
		assertThat(this.registry.size()).isEqualTo(3);
	}

	/**
	 * Add flows that no other registry has.
	 */
	private List<ManagedFlow> add(int number) {
		List<ManagedFlow> flows = Stream.generate(this::flow).limit(number).toList();
		flows.forEach(this.registry::add);
		return flows;
	}

	private ManagedFlow flow() {
		ManagedFlow flow = (ManagedFlow) this.handle.addFlow(QosSocket.of(this.socket),
				QosFlowOptions.of(TrafficType.VOICE));
		flow.close();
		flow.enter(FlowState.PENDING);
		return flow;
	}

}
