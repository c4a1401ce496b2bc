package io.github.qos4j.netty;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicies;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests with real sockets of each transport, whose marks are read back.
 */
@EnabledOnOs(OS.LINUX)
@ParameterizedClass
@EnumSource
@Timeout(60)
class RealMarksTests {

	private static final Dscp CS7 = Dscp.of(56);

	private static final Dscp CS1 = Dscp.of(8);

	private final QosHandle handle = QosHandle.builder().backend("socket").build();

	private final QosChannelHandler voice = new QosChannelHandler(this.handle, QosFlowOptions.of(TrafficType.VOICE));

	private final Transport transport;

	private final EventLoopGroup group;

	private ServerSocket peer;

	RealMarksTests(Transport transport) {
		this.transport = transport;
		this.group = transport.group();
	}

	@BeforeEach
	void open() throws IOException {
		this.handle.awaitOpen(Duration.ofSeconds(30));
		this.peer = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
	}

	@AfterEach
	void close() throws IOException {
		this.group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
		this.peer.close();
		this.handle.close();
	}

	@Test
	void clientIsMarkedBeforeItConnects() throws Exception {
		ConnectProbe probe = new ConnectProbe();
		Channel channel = connect(probe, this.voice);
		assertThat(probe.applied).isEqualTo(CS7);
		assertThat(flow(channel).marking().applied()).isEqualTo(CS7);
		assertThat(this.handle.flows()).hasSize(1);
	}

	@Test
	void clientThatIsConnectedIsMarkedWhenHandlerIsAdded() throws Exception {
		Channel channel = connect();
		assertThat(QosChannelHandler.flowOf(channel)).isNull();
		channel.pipeline().addLast(this.voice);
		channel.eventLoop().submit(() -> {
		}).sync();
		assertThat(flow(channel).marking().applied()).isEqualTo(CS7);
	}

	@Test
	void flowEndsWithChannel() throws Exception {
		Channel channel = connect(this.voice);
		QosFlow flow = flow(channel);
		channel.close().sync();
		Awaitility.await().until(() -> flow.state() == FlowState.CLOSED);
		awaitNoFlow();
	}

	@Test
	void flowEndsWhenHandlerIsRemoved() throws Exception {
		Channel channel = connect(this.voice);
		QosFlow flow = flow(channel);
		channel.pipeline().remove(this.voice);
		channel.eventLoop().submit(() -> {
		}).sync();
		assertThat(flow.state()).isEqualTo(FlowState.CLOSED);
		assertThat(channel.isActive()).isTrue();
		awaitNoFlow();
	}

	@Test
	void socketOfChannelIsTheSameForFlows() throws Exception {
		Channel channel = connect(this.voice);
		QosFlow second = this.handle.addFlow(NettySockets.of(channel), QosFlowOptions.of(TrafficType.BACKGROUND));
		assertThat(flow(channel).marking().applied()).isEqualTo(CS1);
		second.close();
		assertThat(flow(channel).marking().applied()).isEqualTo(CS7);
	}

	@Test
	void connectionThatFailsLeavesNoFlow() throws Exception {
		int port = this.peer.getLocalPort();
		this.peer.close();
		assertThat(bootstrap(this.voice).connect(InetAddress.getLoopbackAddress(), port).await().isSuccess()).isFalse();
		awaitNoFlow();
	}

	@Test
	void lingeringChannelIsMarkedAndClosed() throws Exception {
		Channel channel = bootstrap(this.voice).option(ChannelOption.SO_LINGER, 1)
			.connect(this.peer.getLocalSocketAddress())
			.sync()
			.channel();
		assertThat(flow(channel).marking().applied()).isEqualTo(CS7);
		channel.close().sync();
		awaitNoFlow();
	}

	@Test
	void acceptedChannelIsMarkedByHandlerInItsInitializer() throws Exception {
		Channel child = accept(null, this.voice);
		assertThat(flow(child).marking().applied()).isEqualTo(CS7);
	}

	@Test
	void listenerIsMarkedBeforeItIsBoundAndConnectionsInherit() throws Exception {
		ConnectProbe probe = new ConnectProbe();
		Channel child = accept(new ChannelInitializer<>() {

			@Override
			protected void initChannel(Channel channel) {
				channel.pipeline().addLast(probe, RealMarksTests.this.voice);
			}

		}, null);
		assertThat(probe.applied).isEqualTo(CS7);
		assertThat(QosChannelHandler.flowOf(child)).isNull();
		assertThat(child.pipeline().get(AcceptedHandler.class)).isNull();
		assertThat(this.handle.flows()).singleElement()
			.satisfies((flow) -> assertThat(flow.marking().applied()).isEqualTo(CS7));
		child.parent().close().sync();
		awaitNoFlow();
	}

	@Test
	void connectionThatItsListenersHandlerHasNotSeenIsMarkedByItself() throws Exception {
		Channel child = accept(null, accepted());
		assertThat(flow(child).marking().applied()).isEqualTo(CS7);
	}

	@Test
	void connectionThatItsListenersHandlerHasSeenInherits() throws Exception {
		Channel child = accept(this.voice, accepted());
		assertThat(QosChannelHandler.flowOf(child)).isNull();
		assertThat(this.handle.flows()).hasSize(1);
	}

	/**
	 * Tell of accepted channels when they are initialized.
	 */
	private ChannelHandler accepted() {
		return new ChannelInitializer<>() {

			@Override
			protected void initChannel(Channel channel) {
				RealMarksTests.this.voice.accepted(channel);
			}

		};
	}

	@Test
	void eachConnectionIsMarkedWhereThatIsWanted() throws Exception {
		PolicyMarker marker = new PolicyMarker(this.handle, QosPolicies.none());
		Channel child = accept(new QosChannelHandler(marker, "background", true), null);
		assertThat(flow(child).marking().applied()).isEqualTo(CS1);
		assertThat(this.handle.flows()).hasSize(2);
	}

	@Test
	void listenerThatIsBoundIsMarkedWhenHandlerIsAddedAndUnmarkedWhenItIsRemoved() throws Exception {
		Channel server = serverBootstrap(null).childHandler(new ChannelInitializer<>() {

			@Override
			protected void initChannel(Channel channel) {
			}

		}).bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
		server.pipeline().addFirst(this.voice);
		server.eventLoop().submit(() -> {
		}).sync();
		assertThat(flow(server).marking().applied()).isEqualTo(CS7);
		server.pipeline().remove(this.voice);
		server.eventLoop().submit(() -> {
		}).sync();
		awaitNoFlow();
		assertThat(server.pipeline().get(ListenerHandler.class)).isNull();
	}

	@Test
	void datagramChannelIsMarkedBoundAndConnected() throws Exception {
		Channel channel = new Bootstrap().group(this.group)
			.channel(this.transport.datagram)
			.handler(this.voice)
			.bind(InetAddress.getLoopbackAddress(), 0)
			.sync()
			.channel();
		// A channel becomes active after its bind has succeeded.
		QosFlow bound = Awaitility.await().until(() -> QosChannelHandler.flowOf(channel), Objects::nonNull);
		assertThat(bound.marking().applied()).isEqualTo(CS7);
		channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9)).sync();
		assertThat(bound.state()).isEqualTo(FlowState.CLOSED);
		assertThat(flow(channel).marking().applied()).isEqualTo(CS7);
		assertThat(this.handle.flows()).hasSize(1);
	}

	private void awaitNoFlow() {
		Awaitility.await().untilAsserted(() -> assertThat(this.handle.flows()).isEmpty());
	}

	private QosFlow flow(Channel channel) {
		QosFlow flow = QosChannelHandler.flowOf(channel);
		assertThat(flow).isNotNull();
		return flow;
	}

	private Channel connect(ChannelHandler... handlers) throws InterruptedException {
		return bootstrap(handlers).connect(this.peer.getLocalSocketAddress()).sync().channel();
	}

	private Bootstrap bootstrap(ChannelHandler... handlers) {
		return new Bootstrap().group(this.group).channel(this.transport.client).handler(new ChannelInitializer<>() {

			@Override
			protected void initChannel(Channel channel) {
				channel.pipeline().addLast(handlers);
			}

		});
	}

	private ServerBootstrap serverBootstrap(ChannelHandler handler) {
		ServerBootstrap bootstrap = new ServerBootstrap().group(this.group).channel(this.transport.server);
		return (handler != null) ? bootstrap.handler(handler) : bootstrap;
	}

	private Channel accept(ChannelHandler serverHandler, ChannelHandler childHandler) throws Exception {
		BlockingQueue<Channel> children = new LinkedBlockingQueue<>();
		Channel server = serverBootstrap(serverHandler).childHandler(new ChannelInitializer<>() {

			@Override
			protected void initChannel(Channel channel) {
				if (childHandler != null) {
					channel.pipeline().addLast(childHandler);
				}
				channel.eventLoop().execute(() -> children.add(channel));
			}

		}).bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
		new Bootstrap().group(this.group)
			.channel(this.transport.client)
			.handler(new ConnectProbe())
			.connect(server.localAddress())
			.sync();
		Channel child = children.poll(30, TimeUnit.SECONDS);
		assertThat(child).isNotNull();
		return child;
	}

}
