package io.github.qos4j.boot.server.reactor;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.qos4j.boot.server.ServerMarking;
import io.github.qos4j.netty.QosChannelHandler;
import io.netty.channel.Channel;
import reactor.netty.http.server.HttpServer;

import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;

/**
 * Has Reactor Netty's server marked: its listener as soon as it is shown, and the
 * connections that need it before anything is sent on them. A customizer of the factory,
 * since a customizer of the server would be used for a separate management server, too.
 * <p>
 * Reactor Netty shows a listener once it is bound, and may accept connections before.
 * Those are marked one by one, and the application has started only when the listener is
 * marked.
 */
public final class ReactorMarkingCustomizer implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory>,
		ApplicationListener<WebServerInitializedEvent> {

	/** How long an event loop may take that has other things to do. */
	private static final Duration SHOWN = Duration.ofSeconds(2);

	private final ServerMarking marking;

	private final QosChannelHandler handler;

	/** Completed when the listener is marked. */
	private volatile CompletableFuture<Void> marked = CompletableFuture.completedFuture(null);

	/**
	 * Create a customizer.
	 * @param marking how connections are marked
	 */
	public ReactorMarkingCustomizer(ServerMarking marking) {
		this.marking = marking;
		this.handler = new QosChannelHandler(marking.marker(), marking.policy(), marking.eachConnection());
	}

	@Override
	public void customize(NettyReactiveWebServerFactory factory) {
		factory.addServerCustomizers(this::mark);
	}

	private HttpServer mark(HttpServer server) {
		// An event loop marks the listener.
		this.marking.binding();
		CompletableFuture<Void> done = new CompletableFuture<>();
		this.marked = done;
		return server.doOnBound((bound) -> mark(bound.channel(), done))
			.doOnChannelInit((observer, channel, remote) -> this.handler.accepted(channel));
	}

	private void mark(Channel listener, CompletableFuture<Void> done) {
		listener.pipeline().addFirst(this.handler);
		listener.eventLoop().execute(() -> done.complete(null));
	}

	/**
	 * Wait until the listener is marked, which another thread does.
	 */
	@Override
	public void onApplicationEvent(WebServerInitializedEvent event) {
		try {
			this.marked.get(SHOWN.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			// It is marked later, and connections one by one until then.
		}
	}

}
