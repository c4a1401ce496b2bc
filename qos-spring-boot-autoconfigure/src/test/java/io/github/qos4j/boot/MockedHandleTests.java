package io.github.qos4j.boot;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.health.QosHealthContributorAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mockingDetails;

/**
 * Tests for applications that replace the handle by a mock in their own tests.
 */
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

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ QosAutoConfiguration.class, QosHealthContributorAutoConfiguration.class })
	static class Application {

	}

}
