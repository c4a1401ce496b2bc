package io.github.qos4j.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Set;
import java.util.regex.Pattern;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Keeps web sites from using this application through the browser of somebody who visits
 * them: it listens on this machine alone, where browsers are as well. Refuses what
 * another site has sent, names of this machine that only a foreign name server knows, and
 * being shown within another page.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class OwnPagesFilter extends OncePerRequestFilter {

	private static final Set<String> WITHOUT_EFFECT = Set.of("GET", "HEAD", "OPTIONS");

	/** What browsers say of requests of a page to its own server, and of users. */
	private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

	private static final Pattern LOOPBACK = Pattern
		.compile("localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[::1]|\\[0:0:0:0:0:0:0:1]|::1|0:0:0:0:0:0:0:1");

	private final boolean local;

	OwnPagesFilter(@Value("${server.address:#{null}}") @Nullable InetAddress address) {
		this.local = address != null && address.isLoopbackAddress();
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		String site = request.getHeader("Sec-Fetch-Site");
		if (site != null && !OWN_SITES.contains(site) && !WITHOUT_EFFECT.contains(request.getMethod())) {
			refuse(response, "Another web site has sent this request");
		}
		else if (this.local && !LOOPBACK.matcher(request.getServerName()).matches()) {
			refuse(response, "This application listens on loopback, as localhost or by address");
		}
		else {
			response.setHeader("X-Frame-Options", "DENY");
			chain.doFilter(request, response);
		}
	}

	private static void refuse(HttpServletResponse response, String reason) throws IOException {
		response.setStatus(HttpStatus.FORBIDDEN.value());
		response.setContentType("application/problem+json");
		response.getWriter().write("{\"status\":403,\"title\":\"Forbidden\",\"detail\":\"" + reason + "\"}");
	}

}
