package io.github.qos4j.netty;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.policy.Endpoints;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;
import io.github.qos4j.policy.TransportProtocol;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import org.jspecify.annotations.Nullable;

/**
 * Marks the channel into whose pipeline it is put, wherever it stands there: a client's
 * before it connects, so that on Linux even the SYN is marked; an accepted one when it is
 * added; a server's before it is bound, with all connections that it accepts; a datagram
 * channel once it is bound, and anew once it is connected. Channels of NIO, epoll and
 * io_uring are marked, on macOS those of kqueue. An HTTP/2 stream stands for its
 * connection. Other channels are left alone, and so is one that another handler has
 * marked.
 * <p>
 * The flow ends with the channel, or when the handler is removed. Without a handler on
 * its server channel, put this into the initializer of the accepted ones.
 * <p>
 * Works on the event loop and never makes it wait. As long as the handle is opening for
 * the first time, channels are marked as soon as it is open: to have even the first SYN
 * marked, {@linkplain QosHandle#awaitOpen wait for it} before connecting. Throws nothing
 * into the pipeline: what goes wrong is told by the {@linkplain #flowOf flow}, or logged.
 * One instance can serve any number of channels.
 */
@Sharable
public final class QosChannelHandler extends ChannelDuplexHandler {

	private final PolicyMarker marker;

	private final @Nullable String policy;

	private final boolean eachConnection;

	private final ChannelMarks marks;

	/**
	 * Create a handler that marks by policies.
	 * @param marker marks sockets by policies
	 * @param policy the name of the policy where none matches, or {@code null} to mark
	 * nothing then
	 * @throws IllegalArgumentException if the marker is null
	 */
	public QosChannelHandler(PolicyMarker marker, @Nullable String policy) {
		this(marker, policy, false);
	}

	/**
	 * Create a handler that marks by policies.
	 * @param marker marks sockets by policies
	 * @param policy the name of the policy where none matches, or {@code null} to mark
	 * nothing then
	 * @param eachConnection whether each connection that a server channel accepts is
	 * marked by itself even if it inherits the mark of its listener
	 * @throws IllegalArgumentException if the marker is null
	 */
	public QosChannelHandler(PolicyMarker marker, @Nullable String policy, boolean eachConnection) {
		if (marker == null) {
			throw new IllegalArgumentException("'marker' must not be null");
		}
		this.marker = marker;
		this.policy = policy;
		this.eachConnection = eachConnection;
		this.marks = new ChannelMarks(marker.handle());
	}

	/**
	 * Create a handler that marks all its channels alike.
	 * @param handle the handle that flows are added to
	 * @param options the options of the flows
	 * @throws IllegalArgumentException if an argument is null
	 */
	public QosChannelHandler(QosHandle handle, QosFlowOptions options) {
		this(new PolicyMarker(handle, QosPolicies.of(List.of(new QosPolicy("channel", options, null)))), "channel");
	}

	/**
	 * Return the flow of a channel.
	 * @param channel the channel
	 * @return its flow, or {@code null} if no handler has marked it
	 */
	public static @Nullable QosFlow flowOf(Channel channel) {
		return ChannelMarks.flowOf(channel);
	}

	/**
	 * Mark an accepted channel by itself, unless its server channel had this handler when
	 * it was accepted. For servers that show their listener only once it accepts: to be
	 * called when an accepted channel is initialized.
	 * @param channel the accepted channel
	 */
	public void accepted(Channel channel) {
		if (!AcceptedHandler.hasSeen(channel) && channel.pipeline().context(this) == null) {
			channel.pipeline().addFirst(this);
		}
	}

	@Override
	public void handlerAdded(ChannelHandlerContext ctx) {
		Channel channel = ctx.channel();
		if (channel instanceof ServerChannel) {
			// It sees what is accepted, and no other channel has a handler for reads.
			ctx.pipeline()
				.addAfter(ctx.name(), null,
						new ListenerHandler(this, this.marks, this.marker, this.policy, this.eachConnection));
		}
		else if (channel.isActive()) {
			mark(channel);
		}
	}

	@Override
	public void connect(ChannelHandlerContext ctx, SocketAddress remoteAddress, @Nullable SocketAddress localAddress,
			ChannelPromise promise) throws Exception {
		Channel channel = ctx.channel();
		if (channel instanceof DatagramChannel) {
			// What it was marked by when it had no peer.
			ChannelMarks.unmark(channel, this);
		}
		this.marks.mark(channel, this, (wanted, socket, late) -> {
			InetSocketAddress local = inet((localAddress != null) ? localAddress : socket.localAddress());
			return mark(wanted, socket, new Endpoints(protocol(socket), local, inet(remoteAddress)));
		});
		super.connect(ctx, remoteAddress, localAddress, promise.unvoid().addListener((connected) -> {
			if (connected.isSuccess()) {
				updateLocal(channel, remoteAddress);
			}
		}));
	}

	/**
	 * Tell the local address, which the system chooses with a connect. The peer is still
	 * the one that was asked for: a proxy may stand in between.
	 */
	private void updateLocal(Channel channel, SocketAddress remoteAddress) {
		ChannelMarks.update(channel, this, (flow) -> {
			TransportProtocol protocol = (channel instanceof DatagramChannel) ? TransportProtocol.UDP
					: TransportProtocol.TCP;
			this.marker.update(flow, new Endpoints(protocol, inet(channel.localAddress()), inet(remoteAddress)),
					this.policy);
		});
	}

	@Override
	public void channelActive(ChannelHandlerContext ctx) throws Exception {
		if (!(ctx.channel() instanceof ServerChannel)) {
			mark(ctx.channel());
		}
		super.channelActive(ctx);
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext ctx) {
		ChannelMarks.unmark(ctx.channel(), this);
		if (ctx.channel() instanceof ServerChannel) {
			ListenerHandler.remove(ctx.pipeline(), this);
		}
	}

	private void mark(Channel channel) {
		this.marks.mark(channel, this, (wanted, socket, late) -> mark(wanted, socket, Endpoints.of(socket)));
	}

	private @Nullable QosFlow mark(Channel channel, QosSocket socket, Endpoints endpoints) {
		// It may have been removed while the handle was opening.
		boolean present = channel.pipeline().context(this) != null;
		return present ? this.marker.mark(socket, endpoints, this.policy) : null;
	}

	private static TransportProtocol protocol(QosSocket socket) {
		return socket.isStream() ? TransportProtocol.TCP : TransportProtocol.UDP;
	}

	private static @Nullable InetSocketAddress inet(@Nullable SocketAddress address) {
		return (address instanceof InetSocketAddress inet) ? inet : null;
	}

}
