package io.github.qos4j.boot;

import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.client.QosClientAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.client.http.QosHttpComponentsAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.client.redis.QosLettuceAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.process.QosProcessAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.server.grpc.QosGrpcServerAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.server.jetty.QosJettyAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.server.management.QosManagementServerAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.server.tomcat.QosTomcatAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.web.servlet.QosServletRequestAutoConfiguration;
import io.github.qos4j.boot.client.ClientMarker;
import io.github.qos4j.boot.server.tomcat.TomcatMarkingCustomizer;
import io.github.qos4j.boot.web.QosTraffic;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.ProcessMarker;
import io.github.qos4j.policy.QosPolicies;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Controller;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for applications that have some of the beans themselves, or create theirs late.
 */
class OwnBeansTests {

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QosAutoConfiguration.class, QosPolicyAutoConfiguration.class,
				QosProcessAutoConfiguration.class, QosServletRequestAutoConfiguration.class,
				QosTomcatAutoConfiguration.class, QosJettyAutoConfiguration.class,
				QosManagementServerAutoConfiguration.class, QosGrpcServerAutoConfiguration.class,
				QosClientAutoConfiguration.class, QosHttpComponentsAutoConfiguration.class,
				QosLettuceAutoConfiguration.class))
		.withPropertyValues("qos.backend=none");

	@Test
	void ofSeveralMarkersNoneIsTaken() {
		this.runner.withUserConfiguration(TwoMarkers.class, Annotated.class)
			.withPropertyValues("qos.policies.media.dscp=EF", "qos.management.server.policy=media")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(TomcatMarkingCustomizer.class));
	}

	@Test
	void markerOfOneOfSeveralHandlesMarksConnections() {
		this.runner.withUserConfiguration(TestHandles.Two.class, OwnMarker.class, Annotated.class)
			.withPropertyValues("qos.policies.media.dscp=EF")
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(TomcatMarkingCustomizer.class));
	}

	@Test
	void ownHandleHasNoPoliciesWhereQosIsSwitchedOff() {
		this.runner.withUserConfiguration(OwnHandle.class, Annotated.class)
			.withPropertyValues("qos.enabled=false", "qos.process.enabled=true", "qos.policies.media.dscp=EF")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(PolicyMarker.class)
				.doesNotHaveBean(ProcessMarker.class)
				.doesNotHaveBean(TomcatMarkingCustomizer.class));
	}

	@Test
	void ownMarkerNeedsNothingElse() {
		this.runner.withUserConfiguration(OwnHandle.class, OwnMarker.class)
			.withPropertyValues("qos.enabled=false", "qos.process.enabled=true", "qos.client.policy=voice")
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(ProcessMarker.class)
				.hasSingleBean(ClientMarker.class));
	}

	@Test
	void ownMarkerOfClientsIsUsed() {
		this.runner.withUserConfiguration(OwnClientMarker.class)
			.withPropertyValues("qos.client.policy=voice")
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(ClientMarker.class).hasBean("own"));
	}

	@Test
	void emptyPoliciesAreNone() {
		this.runner.withPropertyValues("qos.policies=")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(TomcatMarkingCustomizer.class)
				.doesNotHaveBean(ClientMarker.class));
	}

	@Test
	void processIsLookedThroughWhereOtherBeansAreLazy() {
		this.runner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withPropertyValues("qos.process.enabled=true", "qos.policies.media.dscp=EF")
			.run((context) -> assertThat(context.getBeanFactory().containsSingleton("qosProcessMarker")).isTrue());
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnHandle {

		@Bean
		QosHandle first() {
			return QosHandle.builder().backend("none").build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnMarker {

		@Bean
		PolicyMarker marker(@Qualifier("first") QosHandle handle) {
			return new PolicyMarker(handle, QosPolicies.none());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoMarkers {

		@Bean
		PolicyMarker one(QosHandle handle) {
			return new PolicyMarker(handle, QosPolicies.none());
		}

		@Bean
		PolicyMarker other(QosHandle handle) {
			return new PolicyMarker(handle, QosPolicies.none());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnClientMarker {

		@Bean
		ClientMarker own(PolicyMarker marker) {
			return new ClientMarker(marker, "background");
		}

	}

	@Controller
	@QosTraffic(TrafficType.VOICE)
	static class Annotated {

	}

}
