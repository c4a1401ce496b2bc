package io.github.qos4j.boot.web.servlet;

import java.io.IOException;

import io.github.qos4j.boot.policy.RequestPolicies;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;

/**
 * Sets the mark of a request when it begins: that of its path's policy, or else the
 * connection's own, since the request before may have had another. Nothing is reset when
 * a request ends: a mark counts when a segment leaves, which may be later.
 */
public class QosRequestFilter implements Filter {

	/** Set where a path's policy has decided. */
	static final String DECIDED = QosRequestFilter.class.getName() + ".decided";

	private final ServletRequestMarking marking;

	private final RequestPolicies policies;

	/**
	 * Create a filter.
	 * @param marking marks requests
	 * @param policies the policies of paths
	 */
	public QosRequestFilter(ServletRequestMarking marking, RequestPolicies policies) {
		this.marking = marking;
		this.policies = policies;
	}

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		if (request instanceof HttpServletRequest http) {
			String policy = this.marking.policyOfPath(http, this.policies);
			if (policy != null) {
				http.setAttribute(DECIDED, policy);
			}
			this.marking.started(http, policy);
		}
		chain.doFilter(request, response);
	}

}
