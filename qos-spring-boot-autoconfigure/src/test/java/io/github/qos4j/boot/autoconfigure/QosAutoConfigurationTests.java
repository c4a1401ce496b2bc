package io.github.qos4j.boot.autoconfigure;

import java.net.DatagramSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.HandleState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosVersion;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.FakeBackend;
import io.github.qos4j.boot.StubHandle;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.Lifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.ArgumentMatchers.same;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.timeout;

/**
 * Tests for {@link QosAutoConfiguration}.
 */
@Timeout(60)
class QosAutoConfigurationTests {

	private final FakeBackend backend = FakeBackend.opening();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QosAutoConfiguration.class))
		.withBean("fakeBackend", QosHandleBuilderCustomizer.class, () -> (builder) -> this.backend.applyTo(builder));

	@Test
	void createsHandleThatOpens() {
		this.contextRunner.run((context) -> {
			assertThat(context).hasSingleBean(QosHandle.class).hasBean("qosHandle");
			QosHandle handle = context.getBean(QosHandle.class);
			handle.awaitOpen(Duration.ofSeconds(30));
			assertThat(handle.name()).isEqualTo("qosHandle");
			assertThat(handle.status().backend()).isEqualTo("fake");
			assertThat(handle.status().version()).isEqualTo(QosVersion.V1_0);
		});
	}

	@Test
	void closesHandleWithContext() {
		QosHandle[] handle = new QosHandle[1];
		this.contextRunner.run((context) -> {
			handle[0] = context.getBean(QosHandle.class);
			handle[0].awaitOpen(Duration.ofSeconds(30));
			assertThat(this.backend.closed()).isZero();
		});
		assertThat(handle[0].state()).isEqualTo(HandleState.CLOSED);
		assertThat(this.backend.closed()).isEqualTo(this.backend.opened()).isEqualTo(1);
	}

	@Test
	void whenDisabledCreatesNothing() {
		this.contextRunner.withPropertyValues("qos.enabled=false").run((context) -> {
			assertThat(context).doesNotHaveBean(QosHandle.class).doesNotHaveBean(QosProperties.class);
			assertThat(this.backend.openCalls()).isZero();
		});
	}

	@Test
	void whenDisabledChecksNoProperty() {
		this.contextRunner.withPropertyValues("qos.enabled=false", "qos.version=2.0")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void backsOffWithoutCore() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(QosHandle.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("qosHandle"));
	}

	@Test
	void startsWithoutHealthActuatorAndWeb() {
		this.contextRunner
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.health",
					"org.springframework.boot.actuate", "org.springframework.web", "io.micrometer"))
			.run((context) -> assertThat(context).hasSingleBean(QosHandle.class));
	}

	@Test
	void backsOffForHandleOfUser() {
		StubHandle own = new StubHandle();
		this.contextRunner.withBean("ownHandle", QosHandle.class, () -> own).run((context) -> {
			assertThat(context).hasSingleBean(QosHandle.class).doesNotHaveBean("qosHandle");
			assertThat(context.getBean(QosHandle.class)).isSameAs(own);
			assertThat(this.backend.openCalls()).isZero();
		});
		assertThat(own.isClosed()).isTrue();
	}

	@Test
	void handleOfUserIsBuiltFromTheProperties() {
		this.contextRunner.withUserConfiguration(OwnHandles.class)
			.withPropertyValues("qos.backend=none", "qos.marking.profile=rfc8837")
			.run((context) -> {
				assertThat(context).doesNotHaveBean("qosHandle");
				assertThat(context.getBeansOfType(QosHandle.class)).containsOnlyKeys("media", "bulk");
				for (QosHandle handle : context.getBeansOfType(QosHandle.class).values()) {
					handle.awaitOpen(Duration.ofSeconds(30));
					// By the customizer, which comes after the property.
					assertThat(handle.status().backend()).isEqualTo("fake");
					try (DatagramSocket socket = new DatagramSocket();
							QosFlow flow = handle.addFlow(socket, TrafficType.VOICE)) {
						assertThat(flow.marking().requested()).isEqualTo(Dscp.EF);
					}
				}
				assertThat(context.getBean("media", QosHandle.class).name()).isEqualTo("media");
				assertThat(context.getBean("bulk", QosHandle.class).name()).isEqualTo("qosHandle");
			});
	}

	@Test
	void eachBuilderIsAnotherOne() {
		this.contextRunner.run((context) -> {
			QosHandle.Builder builder = context.getBean(QosHandle.Builder.class);
			assertThat(context.getBean(QosHandle.Builder.class)).isNotSameAs(builder);
		});
	}

	@Test
	void handleIsBuiltFromBuilderOfUser() {
		QosHandle.Builder own = QosHandle.builder().name("own").backend("none");
		this.contextRunner.withBean(QosHandle.Builder.class, () -> own)
			.run((context) -> assertThat(context.getBean(QosHandle.class).name()).isEqualTo("own"));
	}

	@Test
	void appliesCustomizersInOrderAfterProperties() {
		this.contextRunner.withUserConfiguration(OrderedCustomizers.class)
			.withPropertyValues("qos.backend=recording")
			.run((context) -> {
				assertThat(context.getBean(OrderedCustomizers.class).calls).containsExactly("first", "second");
				assertThat(context.getBean(QosHandle.class).name()).isEqualTo("second");
				// Which the property would have made "recording".
				assertThat(context.getBean(QosHandle.class).status().backend()).isEqualTo("fake");
			});
	}

	@Test
	void tellsListeners() {
		QosHandle.Listener listener = mock();
		this.contextRunner.withPropertyValues("qos.backend=recording")
			.withBean(QosHandle.Listener.class, () -> listener)
			.run((context) -> {
				QosHandle handle = context.getBean(QosHandle.class);
				then(listener).should(timeout(30_000))
					.handleChanged(same(handle), argThat((status) -> status.state() == HandleState.OPEN));
			});
	}

	@Test
	void destroysUsersOfHandleBeforeIt() {
		List<HandleState> seen = new ArrayList<>();
		this.contextRunner.withUserConfiguration(HandleUserConfiguration.class).run((context) -> {
			context.getBean(QosHandle.class).awaitOpen(Duration.ofSeconds(30));
			context.getBean(HandleUserConfiguration.class).seen = seen;
		});
		assertThat(seen).containsExactly(HandleState.OPEN);
	}

	@Test
	void handleIsNoLifecycleBean() {
		this.contextRunner.run((context) -> {
			QosHandle handle = context.getBean(QosHandle.class);
			assertThat(handle).isNotInstanceOf(Lifecycle.class);
			handle.awaitOpen(Duration.ofSeconds(30));
			context.getSourceApplicationContext(ConfigurableApplicationContext.class).stop();
			assertThat(handle.state()).isEqualTo(HandleState.OPEN);
		});
	}

	@Test
	void whenOpeningHangsStartDoesNotWait() {
		FakeBackend hanging = FakeBackend.hanging();
		long[] closing = new long[1];
		try {
			runner(hanging).withPropertyValues("qos.close-timeout=200ms").run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(QosHandle.class).state()).isEqualTo(HandleState.OPENING);
				Awaitility.await().until(() -> hanging.openCalls() == 1);
				closing[0] = System.nanoTime();
			});
			// Below the default close timeout.
			assertThat(Duration.ofNanos(System.nanoTime() - closing[0])).isLessThan(Duration.ofSeconds(4));
		}
		finally {
			hanging.release();
		}
		Awaitility.await().untilAsserted(() -> assertThat(hanging.closed()).isEqualTo(1));
		assertThat(hanging.opened()).isEqualTo(1);
	}

	@Test
	void contextsDoNotDisturbEachOther() {
		FakeBackend other = FakeBackend.opening();
		this.contextRunner.run((context) -> {
			QosHandle handle = context.getBean(QosHandle.class);
			handle.awaitOpen(Duration.ofSeconds(30));
			runner(other).run((second) -> second.getBean(QosHandle.class).awaitOpen(Duration.ofSeconds(30)));
			assertThat(other.closed()).isEqualTo(1);
			assertThat(handle.state()).isEqualTo(HandleState.OPEN);
			assertThat(this.backend.closed()).isZero();
		});
	}

	private static ApplicationContextRunner runner(FakeBackend backend) {
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(QosAutoConfiguration.class))
			.withBean(QosHandleBuilderCustomizer.class, () -> (builder) -> backend.applyTo(builder));
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnHandles {

		@Bean
		QosHandle media(QosHandle.Builder builder) {
			return builder.name("media").build();
		}

		@Bean
		QosHandle bulk(QosHandle.Builder builder) {
			return builder.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OrderedCustomizers {

		final List<String> calls = new ArrayList<>();

		@Bean
		@Order(2)
		QosHandleBuilderCustomizer second() {
			return (builder) -> {
				this.calls.add("second");
				builder.name("second");
			};
		}

		@Bean
		@Order(1)
		QosHandleBuilderCustomizer first() {
			return (builder) -> {
				this.calls.add("first");
				builder.name("first");
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class HandleUserConfiguration {

		List<HandleState> seen = new ArrayList<>();

		@Bean
		DisposableBean handleUser(QosHandle handle) {
			return () -> this.seen.add(handle.state());
		}

	}

}
