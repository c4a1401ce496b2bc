package io.github.qos4j.boot.server.tomcat;

import io.github.qos4j.boot.server.ServerMarking;
import org.apache.catalina.connector.Connector;

import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.tomcat.TomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;

/**
 * Has Tomcat mark its connections: by a protocol of ours where it would use its usual
 * one. A protocol that somebody has chosen is kept; only its listener is marked then.
 */
public class TomcatMarkingCustomizer
		implements WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory>, Ordered {

	private final ServerMarking marking;

	/**
	 * Create a customizer.
	 * @param marking how connections are marked
	 */
	public TomcatMarkingCustomizer(ServerMarking marking) {
		this.marking = marking;
	}

	/**
	 * Return the lowest precedence: protocol and connectors are as the application wants
	 * them when this customizer sees them.
	 */
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public void customize(ConfigurableTomcatWebServerFactory factory) {
		if (factory instanceof TomcatWebServerFactory tomcat) {
			if (TomcatWebServerFactory.DEFAULT_PROTOCOL.equals(tomcat.getProtocol())) {
				tomcat.setProtocol(QosHttp11NioProtocol.class.getName());
			}
			tomcat.getAdditionalConnectors().forEach(this::mark);
		}
		factory.addConnectorCustomizers(this::mark);
	}

	private void mark(Connector connector) {
		if (connector.getProtocolHandler() instanceof QosHttp11NioProtocol protocol) {
			protocol.use(this.marking.newListener());
		}
		else {
			connector.addLifecycleListener(new StartedListener(this.marking.newListener()));
		}
	}

}
