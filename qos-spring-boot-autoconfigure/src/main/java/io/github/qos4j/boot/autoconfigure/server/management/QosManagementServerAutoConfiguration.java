package io.github.qos4j.boot.autoconfigure.server.management;

import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.policy.PolicyMarker;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that warns of a policy for a
 * separate management server where there is none. Those that there are, are marked by
 * what their own context imports.
 */
@AutoConfiguration(after = QosPolicyAutoConfiguration.class)
@ConditionalOnSingleCandidate(PolicyMarker.class)
@ConditionalOnProperty("qos.management.server.policy")
public final class QosManagementServerAutoConfiguration {

	private static final Log logger = LogFactory.getLog(QosManagementServerAutoConfiguration.class);

	private static void warn() {
		logger.warn("'qos.management.server.policy' marks nothing, since there is no management server of its own: "
				+ "set 'management.server.port' to another port than the server's, or use 'qos.server.policy'");
	}

	/**
	 * Looks at the ports.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ManagementPortType.class)
	static class WithActuator {

		@Bean
		SmartInitializingSingleton qosManagementPortWarning(Environment environment) {
			return () -> {
				if (ManagementPortType.get(environment) != ManagementPortType.DIFFERENT) {
					warn();
				}
			};
		}

	}

	/**
	 * Knows that there are no ports.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingClass("org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType")
	static class WithoutActuator {

		@Bean
		SmartInitializingSingleton qosManagementPortWarning() {
			return QosManagementServerAutoConfiguration::warn;
		}

	}

}
