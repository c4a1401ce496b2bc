package io.github.qos4j.boot.server.tomcat;

import java.lang.reflect.Method;
import java.nio.channels.NetworkChannel;

import io.github.qos4j.boot.server.ListenerMarking;
import org.apache.catalina.Lifecycle;
import org.apache.catalina.LifecycleEvent;
import org.apache.catalina.LifecycleListener;
import org.apache.catalina.connector.Connector;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.coyote.ProtocolHandler;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * Marks the listener of a connector with a protocol that tells nothing of its sockets:
 * once the connector has started, and by way of Tomcat's methods for protocols, which are
 * protected.
 */
class StartedListener implements LifecycleListener {

	private static final Log logger = LogFactory.getLog(StartedListener.class);

	private final ListenerMarking marking;

	StartedListener(ListenerMarking marking) {
		this.marking = marking;
	}

	@Override
	public void lifecycleEvent(LifecycleEvent event) {
		if (Lifecycle.BEFORE_START_EVENT.equals(event.getType())) {
			this.marking.binding();
		}
		if (Lifecycle.AFTER_START_EVENT.equals(event.getType()) && event.getLifecycle() instanceof Connector connector
				&& connector.getProperty("unixDomainSocketPath") == null) {
			mark(connector);
		}
	}

	private void mark(Connector connector) {
		NetworkChannel listener = this.marking.marksListeners() ? listenerOf(connector.getProtocolHandler()) : null;
		if (listener == null) {
			logger.warn("Connections of " + connector + " are not marked: its protocol "
					+ connector.getProtocolHandlerClassName()
					+ " cannot be told to. Leave the protocol as it is, or use "
					+ QosHttp11NioProtocol.class.getName());
			return;
		}
		this.marking.bound(listener);
		logger.warn("Connections of " + connector + " have the mark of its listener alone, since its protocol "
				+ connector.getProtocolHandlerClassName()
				+ " tells of none: policies for single connections, and for requests, do not apply. "
				+ "Leave the protocol as it is, or use " + QosHttp11NioProtocol.class.getName());
	}

	private static @Nullable NetworkChannel listenerOf(ProtocolHandler handler) {
		try {
			Object endpoint = call("getEndpoint", handler);
			return (endpoint != null) ? (NetworkChannel) call("getServerSocket", endpoint) : null;
		}
		catch (RuntimeException ex) {
			logger.debug("The listener cannot be found", ex);
			return null;
		}
	}

	private static @Nullable Object call(String name, Object target) {
		Method method = ReflectionUtils.findMethod(target.getClass(), name);
		if (method == null) {
			return null;
		}
		ReflectionUtils.makeAccessible(method);
		return ReflectionUtils.invokeMethod(method, target);
	}

}
