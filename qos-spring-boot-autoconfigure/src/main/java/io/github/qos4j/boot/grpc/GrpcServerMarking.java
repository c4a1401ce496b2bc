package io.github.qos4j.boot.grpc;

import java.util.concurrent.atomic.AtomicBoolean;

import io.github.qos4j.netty.QosChannelHandler;
import io.grpc.ServerBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ServerChannel;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.grpc.server.ServerBuilderCustomizer;

/**
 * Has the connections of gRPC servers marked, from the SYN-ACK on where listeners are.
 * All calls of a connection share its mark.
 *
 * @param <T> the type of the server's builder
 */
public final class GrpcServerMarking<T extends ServerBuilder<T>> implements ServerBuilderCustomizer<T> {

	private static final Log logger = LogFactory.getLog(GrpcServerMarking.class);

	private final GrpcTransport transport;

	private final QosChannelHandler handler;

	private final AtomicBoolean told = new AtomicBoolean();

	/**
	 * Create a marking.
	 * @param transport the event loops and channels
	 * @param handler marks channels
	 */
	public GrpcServerMarking(GrpcTransport transport, QosChannelHandler handler) {
		this.transport = transport;
		this.handler = handler;
	}

	@Override
	public void customize(T builder) {
		if (builder instanceof NettyServerBuilder netty) {
			netty.channelFactory(this::newChannel)
				.bossEventLoopGroup(this.transport.boss())
				.workerEventLoopGroup(this.transport.workers());
		}
		else if (this.told.compareAndSet(false, true)) {
			logger.info("gRPC servers of " + builder.getClass().getName()
					+ " are not marked: use grpc-netty, whose Netty is not shaded");
		}
	}

	private ServerChannel newChannel() {
		ServerChannel channel = this.transport.newServerChannel();
		channel.pipeline().addFirst(this.handler);
		return channel;
	}

}
