package io.github.qos4j.netty;

import java.net.SocketAddress;

import io.github.qos4j.Dscp;
import io.github.qos4j.QosFlow;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the handler and the socket and notes the mark that the socket has when
 * it is about to be connected or bound.
 */
class ConnectProbe extends ChannelOutboundHandlerAdapter {

	volatile @Nullable Dscp applied;

	volatile boolean asked;

	@Override
	public void connect(ChannelHandlerContext ctx, SocketAddress remoteAddress, SocketAddress localAddress,
			ChannelPromise promise) throws Exception {
		note(ctx);
		super.connect(ctx, remoteAddress, localAddress, promise);
	}

	@Override
	public void bind(ChannelHandlerContext ctx, SocketAddress localAddress, ChannelPromise promise) throws Exception {
		note(ctx);
		super.bind(ctx, localAddress, promise);
	}

	private void note(ChannelHandlerContext ctx) {
		QosFlow flow = QosChannelHandler.flowOf(ctx.channel());
		this.applied = (flow != null) ? flow.marking().applied() : null;
		this.asked = true;
	}

}
