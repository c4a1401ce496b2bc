package io.github.qos4j.netty;

import java.net.SocketAddress;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosSocket;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.ServerMarker;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;

/**
 * Marks one server channel, and has those that it accepts marked. It stands beside the
 * {@link QosChannelHandler} in the pipeline.
 */
final class ListenerHandler extends ChannelDuplexHandler {

	private final QosChannelHandler owner;

	private final ChannelMarks marks;

	private final ServerMarker server;

	private final AcceptedHandler accepted;

	ListenerHandler(QosChannelHandler owner, ChannelMarks marks, PolicyMarker marker, @Nullable String policy,
			boolean eachConnection) {
		this.owner = owner;
		this.marks = marks;
		this.server = new ServerMarker(marker, policy, eachConnection);
		this.accepted = new AcceptedHandler(marks, this.server, new ServerMarker(marker, policy, eachConnection));
	}

	/**
	 * Remove what an owner has put into a pipeline.
	 */
	static void remove(ChannelPipeline pipeline, QosChannelHandler owner) {
		pipeline.toMap()
			.values()
			.stream()
			.filter((handler) -> handler instanceof ListenerHandler listener && listener.owner == owner)
			.toList()
			.forEach(pipeline::remove);
	}

	@Override
	public void handlerAdded(ChannelHandlerContext ctx) {
		if (ctx.channel().isActive()) {
			mark(ctx.channel());
		}
	}

	@Override
	public void bind(ChannelHandlerContext ctx, SocketAddress localAddress, ChannelPromise promise) throws Exception {
		mark(ctx.channel());
		super.bind(ctx, localAddress, promise);
	}

	private void mark(Channel channel) {
		this.marks.mark(channel, this.owner,
				(wanted, socket, late) -> (wanted.pipeline().context(this) != null) ? mark(wanted, socket) : null);
	}

	private @Nullable QosFlow mark(Channel channel, QosSocket socket) {
		return channel.isActive() ? this.server.listening(socket) : this.server.bound(socket);
	}

	@Override
	public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
		if (message instanceof Channel child) {
			child.pipeline().addFirst(this.accepted);
		}
		super.channelRead(ctx, message);
	}

}
