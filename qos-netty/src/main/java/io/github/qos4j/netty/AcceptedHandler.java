package io.github.qos4j.netty;

import io.github.qos4j.policy.ServerMarker;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;

/**
 * Marks an accepted channel on its own event loop, before anything is read or written,
 * and leaves its pipeline.
 */
@Sharable
final class AcceptedHandler extends ChannelInboundHandlerAdapter {

	private static final AttributeKey<Boolean> SEEN = AttributeKey.valueOf(AcceptedHandler.class, "seen");

	private final ChannelMarks marks;

	private final ServerMarker server;

	/** Knows no listener: for those that were accepted before that was marked. */
	private final ServerMarker early;

	AcceptedHandler(ChannelMarks marks, ServerMarker server, ServerMarker early) {
		this.marks = marks;
		this.server = server;
		this.early = early;
	}

	/**
	 * Return whether a handler of this kind has decided about a channel.
	 */
	static boolean hasSeen(Channel channel) {
		return channel.hasAttr(SEEN);
	}

	@Override
	public void handlerAdded(ChannelHandlerContext ctx) {
		ctx.channel().attr(SEEN).set(true);
		this.marks.mark(ctx.channel(), this,
				(channel, socket, late) -> (late ? this.early : this.server).accepted(socket));
		ctx.pipeline().remove(this);
	}

}
