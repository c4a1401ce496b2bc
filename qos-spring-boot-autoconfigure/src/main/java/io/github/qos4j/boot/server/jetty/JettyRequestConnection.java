package io.github.qos4j.boot.server.jetty;

import java.nio.channels.NetworkChannel;

import io.github.qos4j.boot.web.servlet.RequestConnection;
import jakarta.servlet.http.HttpServletRequest;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;

/**
 * Knows the connections of Jetty's requests.
 */
public class JettyRequestConnection implements RequestConnection {

	@Override
	public @Nullable NetworkChannel of(HttpServletRequest request) {
		ServletContextRequest own;
		try {
			own = ServletContextRequest.getServletContextRequest(request);
		}
		catch (RuntimeException ex) {
			// Another server's
			return null;
		}
		if (own == null) {
			return null;
		}
		Object transport = own.getConnectionMetaData().getConnection().getEndPoint();
		// Over TLS one end point is around another
		while (transport instanceof EndPoint endPoint) {
			transport = endPoint.getTransport();
		}
		return (transport instanceof NetworkChannel channel) ? channel : null;
	}

}
