package io.github.qos4j.boot.web.servlet;

import java.nio.channels.NetworkChannel;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Knows the connections of one server's requests. Thread-safe, and never throws.
 */
@FunctionalInterface
public interface RequestConnection {

	/**
	 * Return the connection that a request has come on and has for itself.
	 * @param request the request, which the calling thread handles
	 * @return the connection, or {@code null} if it is not known
	 */
	@Nullable NetworkChannel of(HttpServletRequest request);

}
