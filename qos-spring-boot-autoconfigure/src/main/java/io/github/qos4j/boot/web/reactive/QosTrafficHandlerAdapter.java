package io.github.qos4j.boot.web.reactive;

import java.util.List;

import io.github.qos4j.boot.web.QosTraffics;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.Ordered;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.reactive.HandlerAdapter;
import org.springframework.web.reactive.HandlerResult;
import org.springframework.web.server.ServerWebExchange;

/**
 * Sets the mark of a request whose handler is annotated, unless a path's policy has
 * decided, and leaves handling it to the adapter that would have done so.
 */
public final class QosTrafficHandlerAdapter implements HandlerAdapter, Ordered {

	private final ReactiveRequestMarking marking;

	private final QosTraffics traffics;

	/** Looked for once, which takes longer than a request should. */
	private final SingletonSupplier<List<HandlerAdapter>> others;

	/**
	 * Create an adapter.
	 * @param marking marks requests
	 * @param traffics finds annotations
	 * @param adapters all adapters, which may include this one
	 */
	public QosTrafficHandlerAdapter(ReactiveRequestMarking marking, QosTraffics traffics,
			ObjectProvider<HandlerAdapter> adapters) {
		this.marking = marking;
		this.traffics = traffics;
		this.others = SingletonSupplier
			.of(() -> adapters.orderedStream().filter((adapter) -> adapter != this).toList());
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public boolean supports(Object handler) {
		return policyFor(handler) != null && adapterOf(handler) != null;
	}

	@Override
	public Mono<HandlerResult> handle(ServerWebExchange exchange, Object handler) {
		if (exchange.getAttribute(QosRequestWebFilter.DECIDED) == null) {
			this.marking.started(exchange, policyFor(handler));
		}
		HandlerAdapter adapter = adapterOf(handler);
		if (adapter == null) {
			return Mono.error(new IllegalStateException("No HandlerAdapter: " + handler));
		}
		return adapter.handle(exchange, handler);
	}

	private @Nullable String policyFor(Object handler) {
		return (handler instanceof HandlerMethod method)
				? this.traffics.policyFor(method.getBeanType(), method.getMethod()) : null;
	}

	private @Nullable HandlerAdapter adapterOf(Object handler) {
		return this.others.obtain().stream().filter((adapter) -> adapter.supports(handler)).findFirst().orElse(null);
	}

}
