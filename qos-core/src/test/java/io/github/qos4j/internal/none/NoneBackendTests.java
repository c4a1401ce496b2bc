package io.github.qos4j.internal.none;

import java.io.IOException;

import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosBackendContractTests;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link NoneBackend}.
 */
class NoneBackendTests extends QosBackendContractTests {

	@Override
	protected QosBackend backend() {
		return new NoneBackend();
	}

	@Test
	void markingSaysThatNothingIsMarked() throws IOException {
		assertThat(this.handle.addFlow(udp(), TrafficType.VOICE).marking()).satisfies((marking) -> {
			assertThat(marking.applied()).isNull();
			assertThat(marking.note()).isEqualTo("the backend 'none' marks nothing");
		});
		assertThat(this.handle.queryServiceStatus()).isEqualTo(ServiceStatus.NOT_NEEDED);
	}

}
