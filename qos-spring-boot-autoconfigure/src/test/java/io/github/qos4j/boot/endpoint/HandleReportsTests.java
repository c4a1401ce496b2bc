package io.github.qos4j.boot.endpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.qos4j.BackendRefusal;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.NativeError;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.ServiceState;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.StubHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.actuate.endpoint.Sanitizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link HandleReports}.
 */
@Timeout(60)
class HandleReportsTests {

	private static final Addresses SHOWN = new Addresses(new Sanitizer(), true);

	private static final Addresses HIDDEN = new Addresses(new Sanitizer(), false);

	private final StubHandle handle = new StubHandle();

	@Test
	void tellsServiceInCapitals() {
		this.handle.service(ServiceState.START_PENDING);
		assertThat(describe(SHOWN).service()).isEqualTo(new HandleDescriptor.Service("FAKE", "START_PENDING"));
	}

	@Test
	void tellsWhyOtherBackendsWereRefused() {
		QosHandle refusing = mock();
		given(refusing.name()).willReturn("refusing");
		given(refusing.status()).willReturn(HandleStatus.builder(HandleState.OPEN)
			.refusals(List.of(new BackendRefusal("qwave", "This is not Windows", null)))
			.build());
		assertThat(new HandleReports(Map.of("own", refusing)).describe(Map.of("own", refusing), SHOWN).get("own"))
			.isNotNull()
			.satisfies((described) -> assertThat(described.backend().refused())
				.containsExactly(new HandleDescriptor.Refusal("qwave", "This is not Windows", null)));
	}

	@Test
	void hidesAddressesInFailures() {
		QosException refusal = new QosException(
				new NativeError("setsockopt", 1, "EPERM", ErrorCase.ADMINISTRATOR, "Ask for it"));
		QosFlowException ofFlow = new QosFlowException("udp /192.0.2.1:5004", QosFlowOptions.of(TrafficType.VOICE),
				refusal);
		this.handle.failure(ofFlow.getMessage(), ofFlow, null);
		assertThat(describe(SHOWN).reason()).contains("192.0.2.1");
		assertThat(describe(HIDDEN).reason()).isEqualTo("setsockopt failed: EPERM (1)");
		assertThat(describe(HIDDEN).error()).isNotNull().satisfies((error) -> {
			assertThat(error.message()).isEqualTo("setsockopt failed: EPERM (1)");
			assertThat(error.operation()).isEqualTo("setsockopt");
			assertThat(error.code()).isEqualTo(1);
			assertThat(error.name()).isEqualTo("EPERM");
			assertThat(error.remedy()).isEqualTo("Ask for it");
		});
	}

	@Test
	void closedHandleKeepsNoOtherFromBeingPaused() {
		Map<String, QosHandle> handles = new LinkedHashMap<>();
		QosHandle closed = mock();
		willThrow(new IllegalStateException("It is closed")).given(closed).pauseMarking();
		handles.put("closed", closed);
		handles.put("open", this.handle);
		HandleReports reports = new HandleReports(handles);
		assertThat(reports.change(null, QosHandle::pauseMarking)).containsOnlyKeys("closed", "open");
		assertThat(this.handle.status().paused()).isTrue();
		assertThatExceptionOfType(RefusedRequestException.class)
			.isThrownBy(() -> reports.change("closed", QosHandle::pauseMarking))
			.withMessage("It is closed");
	}

	private HandleDescriptor describe(Addresses addresses) {
		Map<String, QosHandle> handles = Map.of("own", this.handle);
		HandleDescriptor descriptor = new HandleReports(handles).describe(handles, addresses).get("own");
		assertThat(descriptor).isNotNull();
		return descriptor;
	}

}
