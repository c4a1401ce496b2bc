package io.github.qos4j.boot;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.netty.QosChannelHandler;
import io.github.qos4j.recording.RecordingBackend;
import io.grpc.netty.NettyChannelBuilder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.netty.Connection;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of what docs/netty.md shows, without Spring Boot.
 */
@Timeout(60)
class NettyExamplesTests {

	private final RecordingBackend recording = new RecordingBackend();

	private final QosHandle handle = this.recording.applyTo(QosHandle.builder()).build();

	private final QosChannelHandler handler = new QosChannelHandler(this.handle,
			QosFlowOptions.of(TrafficType.BACKGROUND));

	@BeforeEach
	void open() {
		this.handle.awaitOpen(Duration.ofSeconds(30));
	}

	@AfterEach
	void close() {
		this.handle.close();
	}

	@Test
	void loopResourcesMarkTheirChannels() throws Exception {
		LoopResources loops = marking(LoopResources.create("r2dbc", 1, true), this.handler);
		try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			Connection connection = TcpClient.create()
				.host("127.0.0.1")
				.port(server.getLocalPort())
				.runOn(loops)
				.connectNow();
			assertThat(this.recording.flows()).singleElement()
				.satisfies((flow) -> assertThat(flow.trafficType()).isEqualTo(TrafficType.BACKGROUND));
			connection.disposeNow();
		}
	}

	static LoopResources marking(LoopResources loops, QosChannelHandler handler) {
		return new LoopResources() {

			@Override
			public EventLoopGroup onServer(boolean useNative) {
				return loops.onServer(useNative);
			}

			@Override
			public EventLoopGroup onClient(boolean useNative) {
				return loops.onClient(useNative);
			}

			@Override
			public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
				C channel = loops.onChannel(type, group);
				channel.pipeline().addFirst(handler);
				return channel;
			}

		};
	}

	@Test
	void lettuceAndGrpcTakeTheHandler() {
		QosChannelHandler handler = this.handler;
		ClientResources resources = ClientResources.builder().nettyCustomizer(new NettyCustomizer() {

			@Override
			public void afterChannelInitialized(Channel channel) {
				channel.pipeline().addFirst(handler);
			}

		}).build();
		assertThat(resources.nettyCustomizer()).isNotNull();
		resources.shutdown(0, 0, TimeUnit.SECONDS);

		EventLoopGroup loops = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
		NettyChannelBuilder builder = NettyChannelBuilder.forTarget("localhost")
			.eventLoopGroup(loops)
			.channelFactory(() -> {
				Channel channel = new NioSocketChannel();
				channel.pipeline().addFirst(handler);
				return channel;
			});
		assertThat(builder.build().shutdownNow().isShutdown()).isTrue();
		loops.shutdownGracefully();
	}

}
