package io.github.qos4j.boot.grpc;

import java.util.concurrent.atomic.AtomicBoolean;

import io.github.qos4j.netty.QosChannelHandler;
import io.grpc.ManagedChannelBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.Channel;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.grpc.client.GrpcChannelBuilderCustomizer;

/**
 * Has the connections of gRPC clients marked, their first packet included. All calls of a
 * connection share its mark.
 *
 * @param <T> the type of the channel's builder
 */
public final class GrpcClientMarking<T extends ManagedChannelBuilder<T>> implements GrpcChannelBuilderCustomizer<T> {

	private static final Log logger = LogFactory.getLog(GrpcClientMarking.class);

	private final GrpcTransport transport;

	private final QosChannelHandler handler;

	private final AtomicBoolean told = new AtomicBoolean();

	/**
	 * Create a marking.
	 * @param transport the event loops and channels
	 * @param handler marks channels
	 */
	public GrpcClientMarking(GrpcTransport transport, QosChannelHandler handler) {
		this.transport = transport;
		this.handler = handler;
	}

	@Override
	public void customize(String target, T builder) {
		if (target.startsWith("unix:")) {
			// It has channels and event loops of its own, and nothing to be marked.
			return;
		}
		if (builder instanceof NettyChannelBuilder netty) {
			netty.channelFactory(this::newChannel).eventLoopGroup(this.transport.workers());
		}
		else if (this.told.compareAndSet(false, true)) {
			logger.info("gRPC clients of " + builder.getClass().getName()
					+ " are not marked: use grpc-netty, whose Netty is not shaded");
		}
	}

	private Channel newChannel() {
		Channel channel = this.transport.newClientChannel();
		channel.pipeline().addFirst(this.handler);
		return channel;
	}

}
