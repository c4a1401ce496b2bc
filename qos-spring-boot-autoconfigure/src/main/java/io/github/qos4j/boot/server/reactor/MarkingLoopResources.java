package io.github.qos4j.boot.server.reactor;

import java.time.Duration;

import io.github.qos4j.netty.QosChannelHandler;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/**
 * The event loops of a server as they are, but for a handler in its server channels: this
 * is where Reactor Netty shows them before they are bound.
 */
final class MarkingLoopResources implements LoopResources {

	private final LoopResources loops;

	private final QosChannelHandler handler;

	MarkingLoopResources(LoopResources loops, QosChannelHandler handler) {
		this.loops = loops;
		this.handler = handler;
	}

	@Override
	public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
		C channel = this.loops.onChannel(type, group);
		if (channel instanceof ServerChannel) {
			channel.pipeline().addFirst(this.handler);
		}
		return channel;
	}

	@Override
	public <C extends Channel> Class<? extends C> onChannelClass(Class<C> type, EventLoopGroup group) {
		return this.loops.onChannelClass(type, group);
	}

	@Override
	public EventLoopGroup onClient(boolean useNative) {
		return this.loops.onClient(useNative);
	}

	@Override
	public EventLoopGroup onServer(boolean useNative) {
		return this.loops.onServer(useNative);
	}

	@Override
	public EventLoopGroup onServerSelect(boolean useNative) {
		return this.loops.onServerSelect(useNative);
	}

	@Override
	public boolean daemon() {
		return this.loops.daemon();
	}

	@Override
	public Mono<Void> disposeLater() {
		return this.loops.disposeLater();
	}

	@Override
	public Mono<Void> disposeLater(Duration quietPeriod, Duration timeout) {
		return this.loops.disposeLater(quietPeriod, timeout);
	}

	@Override
	public void dispose() {
		this.loops.dispose();
	}

	@Override
	public boolean isDisposed() {
		return this.loops.isDisposed();
	}

}
