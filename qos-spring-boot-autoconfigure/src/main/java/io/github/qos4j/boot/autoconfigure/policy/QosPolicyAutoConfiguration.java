package io.github.qos4j.boot.autoconfigure.policy;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.policy.RequestPolicies;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicies;

import org.springframework.beans.factory.BeanFactoryInitializer;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.web.util.pattern.PathPattern;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for policies, for the
 * {@link PolicyMarker} that marks connections by them, and for the policies of requests.
 */
@AutoConfiguration(after = QosAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "qos.enabled", matchIfMissing = true)
@ConditionalOnSingleCandidate(QosHandle.class)
@EnableConfigurationProperties(QosPolicyProperties.class)
public final class QosPolicyAutoConfiguration {

	/**
	 * Creates the marker before other beans: drivers may connect while their bean is
	 * created, and find it as the default, not as a dependency.
	 */
	@Bean
	static BeanFactoryInitializer<ListableBeanFactory> qosPolicyMarkerInitializer() {
		return new PolicyMarkerInitializer();
	}

	@Bean
	PolicyChanges qosPolicyChanges(Environment environment, QosPolicyProperties properties,
			ObjectProvider<PolicyFollower> followers) {
		return new PolicyChanges(environment, properties, followers);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingBean(PolicyMarker.class)
	static class MarkerConfiguration {

		@Bean(destroyMethod = "close")
		PolicyMarker qosPolicyMarker(QosHandle handle, QosPolicyProperties properties, Environment environment) {
			PolicyMarker marker = new PolicyMarker(handle, new PolicyReader(environment, properties).read());
			PolicyMarker.setDefault(marker);
			return marker;
		}

		@Bean
		@Lazy
		PolicyFollower qosPolicyMarkerFollower(PolicyMarker marker) {
			return (reader) -> {
				QosPolicies policies = reader.read();
				return () -> marker.setPolicies(policies);
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(PathPattern.class)
	@ConditionalOnMissingBean(RequestPolicies.class)
	static class RequestConfiguration {

		@Bean
		RequestPolicies qosRequestPolicies(QosPolicyProperties properties, Environment environment) {
			return RequestPolicyReader.read(new PolicyReader(environment, properties));
		}

		@Bean
		@Lazy
		PolicyFollower qosRequestPoliciesFollower(RequestPolicies requests) {
			return (reader) -> {
				RequestPolicies changed = RequestPolicyReader.read(reader);
				return () -> requests.changeTo(changed);
			};
		}

	}

	private static final class PolicyMarkerInitializer implements BeanFactoryInitializer<ListableBeanFactory> {

		@Override
		public void initialize(ListableBeanFactory beanFactory) {
			beanFactory.getBeanProvider(PolicyMarker.class).getIfUnique();
		}

	}

}
