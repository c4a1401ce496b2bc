package io.github.qos4j.boot.server;

import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.QosRecordingAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.server.jetty.QosJettyAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.server.management.QosManagementServerAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.server.tomcat.QosTomcatAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.web.servlet.QosServletRequestAutoConfiguration;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;

/**
 * The servers of servlet applications.
 */
public enum WebServers {

	TOMCAT(TomcatServletWebServerAutoConfiguration.class),

	JETTY(JettyServletWebServerAutoConfiguration.class);

	private final Class<?> autoConfiguration;

	WebServers(Class<?> autoConfiguration) {
		this.autoConfiguration = autoConfiguration;
	}

	/**
	 * Return a runner that starts a real server on a free port.
	 */
	public WebApplicationContextRunner runner() {
		return new WebApplicationContextRunner(AnnotationConfigServletWebServerApplicationContext::new)
			.withConfiguration(AutoConfigurations.of(this.autoConfiguration, DispatcherServletAutoConfiguration.class,
					WebMvcAutoConfiguration.class, QosAutoConfiguration.class, QosRecordingAutoConfiguration.class,
					QosPolicyAutoConfiguration.class, QosTomcatAutoConfiguration.class, QosJettyAutoConfiguration.class,
					QosManagementServerAutoConfiguration.class, QosServletRequestAutoConfiguration.class))
			.withBean(SslBundles.class, DefaultSslBundleRegistry::new)
			.withPropertyValues("server.port=0");
	}

}
