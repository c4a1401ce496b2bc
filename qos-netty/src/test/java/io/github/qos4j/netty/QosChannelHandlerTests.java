package io.github.qos4j.netty;

import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.PolicyMatch;
import io.github.qos4j.policy.PortRange;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;
import io.github.qos4j.policy.RemoteAddress;
import io.github.qos4j.recording.RecordingBackend;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link QosChannelHandler} that need no real marks.
 */
@Timeout(60)
class QosChannelHandlerTests {

	private final RecordingBackend recording = new RecordingBackend();

	private final QosHandle handle = open(this.recording.applyTo(QosHandle.builder()));

	private final QosChannelHandler voice = new QosChannelHandler(this.handle, QosFlowOptions.of(TrafficType.VOICE));

	private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());

	private final Channel server = new ServerBootstrap().group(this.group)
		.channel(NioServerSocketChannel.class)
		.childHandler(new ChannelInitializer<>() {

			@Override
			protected void initChannel(Channel channel) {
			}

		})
		.bind(InetAddress.getLoopbackAddress(), 0)
		.syncUninterruptibly()
		.channel();

	@AfterEach
	void close() {
		this.group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
		this.handle.close();
	}

	@Test
	void policyMatchesByTheNameOfTheHost() throws Exception {
		QosPolicy media = new QosPolicy("media", QosFlowOptions.of(TrafficType.AUDIO_VIDEO),
				new PolicyMatch(List.of(RemoteAddress.parse("media.test")), List.of(), List.of(), null));
		QosPolicies policies = QosPolicies.of(List.of(media));
		InetSocketAddress peer = new InetSocketAddress(
				InetAddress.getByAddress("media.test", InetAddress.getLoopbackAddress().getAddress()), port());
		try (PolicyMarker marker = new PolicyMarker(this.handle, policies)) {
			Channel channel = connect(peer, new QosChannelHandler(marker, "voice"));
			assertThat(flow(channel).options()).isEqualTo(media.options());
			assertThat(flow(connect(address(), new QosChannelHandler(marker, "voice"))).options().trafficType())
				.isEqualTo(TrafficType.VOICE);
			assertThat(QosChannelHandler.flowOf(connect(address(), new QosChannelHandler(marker, null)))).isNull();
		}
	}

	@Test
	void policyMatchesByTheLocalPortThatIsKnownOnceConnected() throws Exception {
		QosPolicy media = new QosPolicy("media", QosFlowOptions.of(TrafficType.AUDIO_VIDEO),
				new PolicyMatch(List.of(), List.of(), List.of(new PortRange(1024, 65535)), null));
		try (PolicyMarker marker = new PolicyMarker(this.handle, QosPolicies.of(List.of(media)))) {
			QosFlow flow = flow(connect(address(), new QosChannelHandler(marker, "voice")));
			Awaitility.await().untilAsserted(() -> assertThat(flow.options()).isEqualTo(media.options()));
			assertThat(this.handle.flows()).containsExactly(flow);
		}
	}

	@Test
	void flowThatWasReplacedIsNotKeptByItsChannel() throws Exception {
		Channel channel = new Bootstrap().group(this.group)
			.channel(NioDatagramChannel.class)
			.handler(this.voice)
			.bind(InetAddress.getLoopbackAddress(), 0)
			.sync()
			.channel();
		WeakReference<QosFlow> replaced = new WeakReference<>(
				Awaitility.await().until(() -> QosChannelHandler.flowOf(channel), Objects::nonNull));
		channel.connect(address()).sync();
		assertThat(flow(channel).state()).isEqualTo(FlowState.ACTIVE);
		Awaitility.await().until(() -> {
			System.gc();
			return replaced.get() == null;
		});
		channel.close().sync();
		Awaitility.await().untilAsserted(() -> assertThat(this.handle.flows()).isEmpty());
	}

	@Test
	void handlerThatComesSecondLeavesTheMark() throws Exception {
		QosChannelHandler background = new QosChannelHandler(this.handle, QosFlowOptions.of(TrafficType.BACKGROUND));
		Channel channel = connect(address(), this.voice, background);
		// A connect passes the pipeline from its end to its beginning.
		assertThat(flow(channel).options().trafficType()).isEqualTo(TrafficType.BACKGROUND);
		channel.pipeline().remove(this.voice);
		assertThat(this.recording.flows()).singleElement().satisfies((flow) -> assertThat(flow.open()).isTrue());
	}

	@Test
	void asLongAsTheHandleOpensNothingWaitsAndChannelsAreMarkedAfterwards() throws Exception {
		SlowBackend slow = new SlowBackend();
		try (QosHandle opening = slow.applyTo(QosHandle.builder()).build()) {
			QosChannelHandler handler = new QosChannelHandler(opening, QosFlowOptions.of(TrafficType.VOICE));
			Channel listener = new ServerBootstrap().group(this.group)
				.channel(NioServerSocketChannel.class)
				.handler(handler)
				.childHandler(new ChannelInitializer<>() {

					@Override
					protected void initChannel(Channel channel) {
					}

				})
				.bind(InetAddress.getLoopbackAddress(), 0)
				.sync()
				.channel();
			Channel wanted = connect(listener.localAddress(), handler);
			Channel closed = connect(address(), handler);
			closed.close().sync();
			Channel changed = connect(address(), handler);
			changed.pipeline().remove(handler);
			assertThat(opening.state()).isEqualTo(HandleState.OPENING);
			assertThat(opening.flows()).isEmpty();
			slow.loaded.countDown();
			// The listener, what it had accepted before it was marked, and the client.
			Awaitility.await().untilAsserted(() -> assertThat(opening.flows()).hasSize(3));
			Awaitility.await().until(() -> QosChannelHandler.flowOf(wanted), Objects::nonNull);
			Awaitility.await().until(() -> QosChannelHandler.flowOf(listener), Objects::nonNull);
			assertThat(flow(wanted).state()).isEqualTo(FlowState.ACTIVE);
			assertThat(flow(listener).state()).isEqualTo(FlowState.ACTIVE);
			assertThat(QosChannelHandler.flowOf(changed)).isNull();
		}
	}

	@Test
	void whenHandleIsClosedConnectionsAreLeftAlone() throws Exception {
		this.handle.close();
		Channel channel = connect(address(), this.voice);
		assertThat(channel.isActive()).isTrue();
		assertThat(QosChannelHandler.flowOf(channel)).isNull();
	}

	@Test
	void channelsWithoutSocketAreLeftAlone() {
		EmbeddedChannel channel = new EmbeddedChannel(this.voice);
		channel.connect(address()).syncUninterruptibly();
		channel.writeInbound("in");
		channel.writeOutbound("out");
		assertThat(channel.<String>readInbound()).isEqualTo("in");
		assertThat(channel.<String>readOutbound()).isEqualTo("out");
		assertThat(NettySockets.of(channel)).isNull();
		assertThat(QosChannelHandler.flowOf(channel)).isNull();
		channel.checkException();
		channel.finish();
	}

	@Test
	void localChannelsAreLeftAlone() throws Exception {
		connectAndAccept(new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory()), LocalServerChannel.class,
				LocalChannel.class, new LocalAddress(getClass()));
	}

	@Test
	@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
	void unixDomainSocketsAreLeftAlone(@TempDir Path directory) throws Exception {
		connectAndAccept(new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()),
				EpollServerDomainSocketChannel.class, EpollDomainSocketChannel.class,
				new DomainSocketAddress(directory.resolve("socket").toFile()));
	}

	private void connectAndAccept(EventLoopGroup group, Class<? extends ServerChannel> serverType,
			Class<? extends Channel> clientType, SocketAddress address) throws Exception {
		try {
			Channel listener = new ServerBootstrap().group(group)
				.channel(serverType)
				.handler(this.voice)
				.childHandler(this.voice)
				.bind(address)
				.sync()
				.channel();
			Channel client = new Bootstrap().group(group)
				.channel(clientType)
				.handler(this.voice)
				.connect(address)
				.sync()
				.channel();
			assertThat(client.isActive()).isTrue();
			assertThat(listener.isActive()).isTrue();
			assertThat(this.handle.flows()).isEmpty();
		}
		finally {
			group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
		}
	}

	@Test
	void streamStandsForItsConnection() throws Exception {
		Channel connection = connect(address(), Http2FrameCodecBuilder.forClient().build(),
				new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
		Channel first = stream(connection);
		Channel second = stream(connection);
		assertThat(flow(first)).isSameAs(flow(second)).isSameAs(flow(connection));
		first.close().sync();
		assertThat(flow(connection).state()).isEqualTo(FlowState.ACTIVE);
		assertThat(this.recording.flows()).hasSize(1);
	}

	private Channel stream(Channel connection) throws Exception {
		Channel stream = new Http2StreamChannelBootstrap(connection)
			.handler(new QosChannelHandler(this.handle, QosFlowOptions.of(TrafficType.VOICE)))
			.open()
			.sync()
			.getNow();
		Awaitility.await().until(() -> QosChannelHandler.flowOf(stream), Objects::nonNull);
		return stream;
	}

	@Test
	void argumentsMustBeGiven() {
		assertThatIllegalArgumentException().isThrownBy(() -> new QosChannelHandler((PolicyMarker) null, "voice"))
			.withMessageContaining("'marker'");
		assertThatIllegalArgumentException().isThrownBy(() -> NettySockets.of(null)).withMessageContaining("'channel'");
	}

	private static QosHandle open(QosHandle.Builder builder) {
		QosHandle handle = builder.build();
		handle.awaitOpen(Duration.ofSeconds(30));
		return handle;
	}

	private InetSocketAddress address() {
		return (InetSocketAddress) this.server.localAddress();
	}

	private int port() {
		return address().getPort();
	}

	private static QosFlow flow(Channel channel) {
		QosFlow flow = QosChannelHandler.flowOf(channel);
		assertThat(flow).isNotNull();
		return flow;
	}

	private Channel connect(SocketAddress address, ChannelHandler... handlers) throws InterruptedException {
		return new Bootstrap().group(this.group).channel(NioSocketChannel.class).handler(new ChannelInitializer<>() {

			@Override
			protected void initChannel(Channel channel) {
				channel.pipeline().addLast(handlers);
			}

		}).connect(address).sync().channel();
	}

}
