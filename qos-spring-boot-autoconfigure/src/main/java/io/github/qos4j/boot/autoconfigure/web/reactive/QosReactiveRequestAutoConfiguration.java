package io.github.qos4j.boot.autoconfigure.web.reactive;

import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.web.OnQosTrafficCondition;
import io.github.qos4j.boot.autoconfigure.web.OnRequestPoliciesCondition;
import io.github.qos4j.boot.autoconfigure.web.QosTrafficCheck;
import io.github.qos4j.boot.policy.RequestPolicies;
import io.github.qos4j.boot.web.QosTraffics;
import io.github.qos4j.boot.web.RequestMarking;
import io.github.qos4j.boot.web.RequestObservationFilter;
import io.github.qos4j.boot.web.reactive.QosRequestWebFilter;
import io.github.qos4j.boot.web.reactive.QosTrafficHandlerAdapter;
import io.github.qos4j.boot.web.reactive.ReactiveRequestMarking;
import io.github.qos4j.netty.QosChannelHandler;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.RequestMarker;
import io.micrometer.observation.ObservationFilter;
import reactor.netty.http.server.HttpServer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.web.reactive.HandlerAdapter;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that marks the requests of a
 * reactive application on Reactor Netty: by the policies of their paths, and by the
 * annotations of their handlers.
 */
@AutoConfiguration(after = QosPolicyAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass({ HttpServer.class, HandlerAdapter.class, QosChannelHandler.class })
@ConditionalOnSingleCandidate(PolicyMarker.class)
@ConditionalOnBean(RequestPolicies.class)
@Conditional(OnRequestPoliciesCondition.class)
public final class QosReactiveRequestAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	RequestMarker qosRequestMarker(PolicyMarker marker) {
		return new RequestMarker(marker);
	}

	@Bean
	ReactiveRequestMarking qosReactiveRequestMarking(PolicyMarker marker, RequestMarker requests) {
		return new ReactiveRequestMarking(marker.handle(), requests);
	}

	@Bean
	QosRequestWebFilter qosRequestWebFilter(ReactiveRequestMarking marking, RequestPolicies policies) {
		return new QosRequestWebFilter(marking, policies);
	}

	/**
	 * Adds what requests were marked with to their observations.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ObservationFilter.class)
	static class ObservationConfiguration {

		@Bean
		ObservationFilter qosRequestObservationFilter(ObjectProvider<PolicyMarker> marker) {
			return new RequestObservationFilter<>(ServerRequestObservationContext.class,
					(context) -> context.getAttributes().get(RequestMarking.MARKED), marker::getObject);
		}

	}

	/**
	 * Marks requests by the annotations of their handlers.
	 */
	@Configuration(proxyBeanMethods = false)
	@Conditional(OnQosTrafficCondition.class)
	static class HandlerConfiguration {

		@Bean
		QosTrafficHandlerAdapter qosTrafficHandlerAdapter(ReactiveRequestMarking marking,
				ObjectProvider<HandlerAdapter> adapters) {
			return new QosTrafficHandlerAdapter(marking, new QosTraffics(), adapters);
		}

		@Bean
		static QosTrafficCheck qosTrafficCheck(ConfigurableListableBeanFactory beans,
				ObjectProvider<PolicyMarker> marker) {
			return new QosTrafficCheck(beans, marker);
		}

	}

}
