package io.github.qos4j.boot.autoconfigure.web.servlet;

import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.web.OnQosTrafficCondition;
import io.github.qos4j.boot.autoconfigure.web.OnRequestPoliciesCondition;
import io.github.qos4j.boot.autoconfigure.web.QosTrafficCheck;
import io.github.qos4j.boot.policy.RequestPolicies;
import io.github.qos4j.boot.web.QosTraffics;
import io.github.qos4j.boot.web.RequestMarking;
import io.github.qos4j.boot.web.RequestObservationFilter;
import io.github.qos4j.boot.web.servlet.QosRequestFilter;
import io.github.qos4j.boot.web.servlet.QosTrafficInterceptor;
import io.github.qos4j.boot.web.servlet.RequestConnection;
import io.github.qos4j.boot.web.servlet.ServletRequestMarking;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.RequestMarker;
import io.micrometer.observation.ObservationFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that marks requests of servlet
 * applications, by their paths and by their handlers. The filter is there as soon as any
 * policy is, so that policies can get paths while the application runs; as long as no
 * request has had a policy, all that it does is to look whether there are any.
 */
@AutoConfiguration(after = QosPolicyAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ Filter.class, FilterRegistrationBean.class })
@ConditionalOnSingleCandidate(PolicyMarker.class)
@ConditionalOnBean(RequestPolicies.class)
@Conditional(OnRequestPoliciesCondition.class)
public final class QosServletRequestAutoConfiguration {

	/** Before whatever may answer, and after the encoding of characters. */
	static final int FILTER_ORDER = Ordered.HIGHEST_PRECEDENCE + 10;

	@Bean
	@ConditionalOnMissingBean
	RequestMarker qosRequestMarker(PolicyMarker marker) {
		return new RequestMarker(marker);
	}

	@Bean
	ServletRequestMarking qosServletRequestMarking(RequestMarker marker,
			ObjectProvider<RequestConnection> connections) {
		return new ServletRequestMarking(marker, connections.orderedStream().toList());
	}

	@Bean
	FilterRegistrationBean<QosRequestFilter> qosRequestFilter(ServletRequestMarking marking, RequestPolicies policies) {
		FilterRegistrationBean<QosRequestFilter> filter = new FilterRegistrationBean<>(
				new QosRequestFilter(marking, policies));
		filter.setOrder(FILTER_ORDER);
		// Requests that are dispatched once more keep their mark
		filter.setDispatcherTypes(DispatcherType.REQUEST);
		filter.setAsyncSupported(true);
		return filter;
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
					(context) -> (context.getCarrier() != null)
							? context.getCarrier().getAttribute(RequestMarking.MARKED) : null,
					marker::getObject);
		}

	}

	/**
	 * Marks requests by the annotations of their handlers.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(WebMvcConfigurer.class)
	@Conditional(OnQosTrafficCondition.class)
	static class HandlerConfiguration {

		@Bean
		WebMvcConfigurer qosTrafficConfigurer(ServletRequestMarking marking) {
			return new WebMvcConfigurer() {

				@Override
				public void addInterceptors(InterceptorRegistry registry) {
					registry.addInterceptor(new QosTrafficInterceptor(marking, new QosTraffics()))
						.order(Ordered.HIGHEST_PRECEDENCE);
				}

			};
		}

		@Bean
		static QosTrafficCheck qosTrafficCheck(ConfigurableListableBeanFactory beans,
				ObjectProvider<PolicyMarker> marker) {
			return new QosTrafficCheck(beans, marker);
		}

	}

}
