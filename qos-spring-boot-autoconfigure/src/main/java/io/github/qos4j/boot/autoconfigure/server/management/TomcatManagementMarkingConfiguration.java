package io.github.qos4j.boot.autoconfigure.server.management;

import io.github.qos4j.boot.autoconfigure.policy.ConditionalOnQosPolicy;
import io.github.qos4j.boot.autoconfigure.server.QosManagementServerProperties;
import io.github.qos4j.boot.server.ServerMarking;
import io.github.qos4j.boot.server.tomcat.TomcatMarkingCustomizer;
import io.github.qos4j.policy.PolicyMarker;
import org.apache.catalina.startup.Tomcat;

import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.context.annotation.Bean;

/**
 * Marks the connections of a separate management server that is Tomcat. That server has a
 * context of its own, which customizers of the application's do not reach.
 */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
@ConditionalOnClass({ Tomcat.class, ConfigurableTomcatWebServerFactory.class })
@ConditionalOnSingleCandidate(PolicyMarker.class)
@ConditionalOnQosPolicy("qos.management.server.policy")
@EnableConfigurationProperties(QosManagementServerProperties.class)
class TomcatManagementMarkingConfiguration {

	@Bean
	TomcatMarkingCustomizer qosTomcatManagementMarkingCustomizer(PolicyMarker marker,
			QosManagementServerProperties properties) {
		return new TomcatMarkingCustomizer(new ServerMarking(marker, properties.policy(), false, null));
	}

}
