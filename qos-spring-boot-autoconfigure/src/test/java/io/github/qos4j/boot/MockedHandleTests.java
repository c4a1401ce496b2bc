package io.github.qos4j.boot;

import java.util.Map;

import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.health.QosHealthContributorAutoConfiguration;
import io.github.qos4j.boot.health.QosHealthIndicator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mockingDetails;

/**
 * Tests for applications that replace the handle by a mock in their own tests.
 */
@ExtendWith(OutputCaptureExtension.class)
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
class MockedHandleTests {

	@MockitoBean
	private QosHandle handle;

	@Test
	void mockReplacesHandle(@Autowired ApplicationContext context) {
		assertThat(mockingDetails(this.handle).isMock()).isTrue();
		assertThat(context.getBeansOfType(QosHandle.class)).containsOnlyKeys("qosHandle").containsValue(this.handle);
		assertThat(context.containsBean("qosHealthContributor")).isTrue();
	}

	@Test
	void healthOfMockIsUnknownWithoutComplaint(@Autowired QosHealthIndicator indicator, CapturedOutput output) {
		Health health = indicator.health();
		assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
		assertThat(health.getDetails()).containsOnlyKeys("reason")
			.containsEntry("reason", "The handle tells no status, as a mock does");
		assertThat(output).doesNotContain("Exception");
	}

	@Test
	void mockThatIsToldItsStatusHasHealth(@Autowired QosHealthIndicator indicator) {
		given(this.handle.status()).willReturn(HandleStatus.builder(HandleState.OPEN).backend("mocked").build());
		Health health = indicator.health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("backend", "mocked")
			.containsEntry("service", Map.of("name", "unknown", "state", "unknown"));
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ QosAutoConfiguration.class, QosHealthContributorAutoConfiguration.class })
	static class Application {

	}

}
