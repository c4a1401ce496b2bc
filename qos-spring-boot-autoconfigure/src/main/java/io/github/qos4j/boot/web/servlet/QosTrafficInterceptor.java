package io.github.qos4j.boot.web.servlet;

import io.github.qos4j.boot.web.QosTraffics;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Sets the mark of a request whose handler is annotated, unless a path's policy has
 * decided. Requests that are dispatched once more keep the mark that they have.
 */
public class QosTrafficInterceptor implements HandlerInterceptor {

	private final ServletRequestMarking marking;

	private final QosTraffics traffics;

	/**
	 * Create an interceptor.
	 * @param marking marks requests
	 * @param traffics finds annotations
	 */
	public QosTrafficInterceptor(ServletRequestMarking marking, QosTraffics traffics) {
		this.marking = marking;
		this.traffics = traffics;
	}

	@Override
	public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
		if (request.getDispatcherType() == DispatcherType.REQUEST && handler instanceof HandlerMethod method
				&& request.getAttribute(QosRequestFilter.DECIDED) == null) {
			String policy = this.traffics.policyFor(method.getBeanType(), method.getMethod());
			if (policy != null) {
				this.marking.started(request, policy);
			}
		}
		return true;
	}

}
