package io.github.qos4j.boot.endpoint;

import java.net.DatagramSocket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.FlowState;
import io.github.qos4j.FlowStatus;
import io.github.qos4j.Marking;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.actuate.endpoint.Sanitizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link FlowReports}.
 */
@Timeout(60)
class FlowReportsTests {

	private static final Addresses SHOWN = new Addresses(new Sanitizer(), true);

	private static final Addresses HIDDEN = new Addresses(new Sanitizer(), false);

	private final DatagramSocket socket = open();

	private final AtomicInteger markings = new AtomicInteger();

	private final Map<String, QosHandle> handles = new LinkedHashMap<>();

	@AfterEach
	void close() {
		this.socket.close();
	}

	@Test
	void asksTheSystemAboutNoFlowBesidesThePage() {
		handle("one", flows(1, 2));
		handle("other", flows(2, 2));
		QosFlow many = flow(1, FlowState.ACTIVE);
		List<QosFlow> old = new ArrayList<>();
		for (int i = 0; i < 10_000; i++) {
			old.add(many);
		}
		handle("many", old);
		FlowPage page = page("0", "3", null, null);
		assertThat(page.total()).isEqualTo(10_004);
		assertThat(this.markings).hasValue(3);
		page("50", "100", null, null);
		assertThat(this.markings).hasValue(103);
		// What is chosen by its state or type does not ask for marks either.
		assertThat(page("0", "1", "active", "voice").total()).isEqualTo(10_004);
		assertThat(this.markings).hasValue(104);
	}

	@Test
	void goesThroughAllHandlesFromTheNewestOn() {
		handle("one", flows(1, 3));
		handle("other", flows(2, 3));
		handle("none", List.of());
		assertThat(page("0", "4", null, null).flows()).extracting(FlowDescriptor::id, FlowDescriptor::handle)
			.containsExactly(tuple(6L, "other"), tuple(5L, "one"), tuple(4L, "other"), tuple(3L, "one"));
		assertThat(page("1", "4", null, null).flows()).extracting(FlowDescriptor::id).containsExactly(2L, 1L);
		assertThat(page("2", "4", null, null).flows()).isEmpty();
		assertThat(page(String.valueOf(Integer.MAX_VALUE), "1000", null, null)).satisfies((last) -> {
			assertThat(last.flows()).isEmpty();
			assertThat(last.total()).isEqualTo(6);
		});
	}

	@Test
	void choosesByState() {
		handle("one", List.of(flow(1, FlowState.ACTIVE), flow(2, FlowState.FAILED), flow(3, FlowState.PENDING)));
		assertThat(page("0", "9", "FAILED", null).flows()).extracting(FlowDescriptor::id).containsExactly(2L);
		assertThat(page("0", "9", "pending", null).flows()).extracting(FlowDescriptor::id).containsExactly(3L);
		assertThat(page("0", "9", "", "").total()).isEqualTo(3);
		assertThat(page("0", "9", null, "background").total()).isZero();
	}

	@Test
	void pathIsUnknownWhereTheSystemDoesNotAnswer() {
		QosFlow hanging = flow(1, FlowState.ACTIVE);
		given(hanging.fundamentals()).willReturn(new CompletableFuture<>());
		QosFlow failing = flow(2, FlowState.PENDING);
		given(failing.fundamentals()).willReturn(failed());
		QosFlow measuring = flow(3, FlowState.ACTIVE);
		given(measuring.fundamentals()).willReturn(CompletableFuture.completedStage(FlowFundamentals.MEASURING));
		handle("one", List.of(hanging, failing, measuring));
		assertThat(reports().one("1", SHOWN).path()).isEqualTo(PathDescriptor.UNKNOWN);
		assertThat(reports().one("2", SHOWN).path()).isEqualTo(PathDescriptor.UNKNOWN);
		assertThat(reports().one("3", SHOWN).path())
			.isEqualTo(new PathDescriptor("MEASURING", null, null, null, null, null, null));
	}

	@Test
	void tellsThatTheSystemRefusesChange() {
		QosFlow flow = flow(1, FlowState.ACTIVE);
		given(flow.setOptions(any())).willReturn(failed());
		handle("one", List.of(flow));
		assertThatExceptionOfType(RefusedRequestException.class)
			.isThrownBy(() -> reports().change("1", "control", HIDDEN))
			.withMessage("It failed for an unknown reason")
			.satisfies((ex) -> assertThat(ex.status()).isEqualTo(409));
	}

	@Test
	void changeThatWaitsIsNoFailure() {
		QosFlow flow = flow(1, FlowState.PENDING);
		given(flow.setOptions(any())).willReturn(new CompletableFuture<>());
		given(flow.fundamentals()).willReturn(failed());
		handle("one", List.of(flow));
		assertThat(reports().change("1", "control", HIDDEN).state()).isEqualTo("PENDING");
	}

	private static <T> CompletionStage<T> failed() {
		return CompletableFuture.failedStage(new QosFlowException("udp /192.0.2.1:5",
				QosFlowOptions.of(TrafficType.VOICE), new QosException(ErrorCase.UNKNOWN, "refused", null, null)));
	}

	private FlowPage page(String page, String size, @Nullable String state, @Nullable String type) {
		return reports().page(FlowFilter.parse(page, size, null, state, type, null, null), SHOWN);
	}

	private FlowReports reports() {
		return new FlowReports(new HandleReports(this.handles), new PolicyReports(List.of(), RequestCriteria.NONE));
	}

	private void handle(String name, List<QosFlow> flows) {
		QosHandle handle = mock();
		given(handle.flows()).willReturn(flows);
		this.handles.put(name, handle);
	}

	/**
	 * Return flows whose numbers are every second one.
	 */
	private List<QosFlow> flows(int first, int count) {
		List<QosFlow> flows = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			flows.add(flow(first + 2 * i, FlowState.ACTIVE));
		}
		return flows;
	}

	private QosFlow flow(long id, FlowState state) {
		QosFlow flow = mock();
		given(flow.id()).willReturn(id);
		given(flow.state()).willReturn(state);
		given(flow.status()).willReturn(new FlowStatus(state, null, null));
		given(flow.options()).willReturn(QosFlowOptions.of(TrafficType.VOICE));
		given(flow.socket()).willReturn(QosSocket.of(this.socket));
		given(flow.marking()).willAnswer((call) -> {
			this.markings.incrementAndGet();
			return new Marking(Dscp.EF, null, null);
		});
		return flow;
	}

	private static DatagramSocket open() {
		try {
			return new DatagramSocket();
		}
		catch (SocketException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
