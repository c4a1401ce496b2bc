package io.github.qos4j.boot.web.reactive;

import io.github.qos4j.boot.policy.RequestPolicies;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Sets the mark of a request when it begins: that of its path's policy, or else the
 * connection's own, since the request before may have had another. Nothing is reset when
 * a request ends: a mark counts when a segment leaves, which may be later.
 */
public final class QosRequestWebFilter implements WebFilter, Ordered {

	/** Set where a path's policy has decided. */
	static final String DECIDED = QosRequestWebFilter.class.getName() + ".decided";

	private final ReactiveRequestMarking marking;

	private final RequestPolicies policies;

	/**
	 * Create a filter.
	 * @param marking marks requests
	 * @param policies the policies of paths
	 */
	public QosRequestWebFilter(ReactiveRequestMarking marking, RequestPolicies policies) {
		this.marking = marking;
		this.policies = policies;
	}

	/**
	 * Before whatever may answer.
	 */
	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE + 10;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		String policy = this.marking.policyOfPath(exchange, this.policies);
		if (policy != null) {
			exchange.getAttributes().put(DECIDED, policy);
		}
		this.marking.started(exchange, policy);
		return chain.filter(exchange);
	}

}
