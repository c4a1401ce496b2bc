package io.github.qos4j.boot.autoconfigure.info;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.StubHandle;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.info.QosInfoContributor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link QosInfoContributorAutoConfiguration}.
 */
class QosInfoContributorAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QosAutoConfiguration.class, QosInfoContributorAutoConfiguration.class))
		.withPropertyValues("qos.backend=none");

	private final ApplicationContextRunner enabled = this.runner.withPropertyValues("management.info.qos.enabled=true");

	@Test
	void contributesWhereItIsEnabled() {
		this.enabled.run((context) -> assertThat(context).hasSingleBean(QosInfoContributor.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "management.info.qos.enabled=false", "management.info.defaults.enabled=true" })
	void isOffByDefault(String property) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertThat(context).doesNotHaveBean(QosInfoContributor.class));
	}

	@Test
	void createsNoPrototypes() {
		AtomicInteger created = new AtomicInteger();
		this.enabled.withBean("single", QosHandle.class, StubHandle::new).withBean("prototype", QosHandle.class, () -> {
			created.incrementAndGet();
			return new StubHandle();
		}, (definition) -> definition.setScope(BeanDefinition.SCOPE_PROTOTYPE)).run((context) -> {
			assertThat(context).hasSingleBean(QosInfoContributor.class);
			assertThat(created).hasValue(0);
		});
	}

	@Test
	void isOffWithoutHandle() {
		this.enabled.withPropertyValues("qos.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(QosInfoContributor.class));
	}

	@Test
	void isOffWithoutActuator() {
		new ApplicationContextRunner().withUserConfiguration(Application.class)
			.withPropertyValues("qos.backend=none", "management.info.qos.enabled=true")
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
			.run((context) -> assertThat(context).hasSingleBean(QosHandle.class).doesNotHaveBean("qosInfoContributor"));
	}

	@Test
	void backsOffForContributorOfUser() {
		QosInfoContributor own = new QosInfoContributor(Map.of());
		this.enabled.withBean(QosInfoContributor.class, () -> own)
			.run((context) -> assertThat(context.getBean(QosInfoContributor.class)).isSameAs(own));
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ QosAutoConfiguration.class, QosInfoContributorAutoConfiguration.class })
	static class Application {

	}

}
