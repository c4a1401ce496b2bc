package io.github.qos4j.boot.server.jetty;

import io.github.qos4j.boot.server.ListenerMarking;
import io.github.qos4j.boot.server.ServerMarking;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;

/**
 * Has Jetty mark its connections: all of its connectors over TCP tell of their listeners
 * and of what these accept.
 */
public class JettyMarkingCustomizer implements WebServerFactoryCustomizer<ConfigurableJettyWebServerFactory>, Ordered {

	private static final Log logger = LogFactory.getLog(JettyMarkingCustomizer.class);

	private final ServerMarking marking;

	/**
	 * Create a customizer.
	 * @param marking how connections are marked
	 */
	public JettyMarkingCustomizer(ServerMarking marking) {
		this.marking = marking;
	}

	/**
	 * Return the lowest precedence: connectors are as the application wants them when
	 * this customizer sees them.
	 */
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public void customize(ConfigurableJettyWebServerFactory factory) {
		factory.addServerCustomizers(this::mark);
	}

	private void mark(Server server) {
		for (Connector connector : server.getConnectors()) {
			if (connector instanceof ServerConnector sockets) {
				ListenerMarking listener = this.marking.newListener();
				sockets.addBean(new OpenedListener(sockets, listener));
				sockets.getSelectorManager().addEventListener(new AcceptedConnections(listener));
			}
			else if (connector instanceof NetworkConnector) {
				logger.warn("Connections of " + connector + " are not marked: only those of a "
						+ ServerConnector.class.getName() + " are");
			}
		}
	}

}
