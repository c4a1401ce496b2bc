package clients;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.qos4j.Dscp;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.netty.QosChannelHandler;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.PolicyMatch;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;
import io.github.qos4j.policy.RemoteAddress;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringSocketChannel;

/**
 * Makes requests with Netty alone, without Spring. Arguments are policies,
 * {@code ADDRESS=DSCP}. Each line of input is a request, {@code TRANSPORT HOST PORT}, and
 * each line of output is what came of it, as JSON.
 */
public final class NettyProgram {

	private NettyProgram() {
	}

	public static void main(String[] args) throws Exception {
		List<QosPolicy> policies = Arrays.stream(args).map((arg) -> arg.split("=")).map(NettyProgram::policy).toList();
		try (QosHandle handle = QosHandle.builder().build();
				PolicyMarker marker = new PolicyMarker(handle, QosPolicies.of(policies))) {
			handle.awaitOpen(Duration.ofSeconds(10));
			QosChannelHandler marking = new QosChannelHandler(marker, null);
			BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
			for (String line = input.readLine(); line != null; line = input.readLine()) {
				System.out.println(answer(marking, line.split(" ")));
			}
		}
	}

	private static QosPolicy policy(String[] words) {
		return new QosPolicy("to " + words[0],
				QosFlowOptions.of(TrafficType.VOICE).withDscp(Dscp.of(Integer.parseInt(words[1]))),
				new PolicyMatch(List.of(RemoteAddress.parse(words[0])), List.of(), List.of(), null));
	}

	private static String answer(QosChannelHandler marking, String[] words) {
		try {
			Transport transport = Transport.valueOf(words[0]);
			if (transport == Transport.io_uring && !IoUring.isAvailable()) {
				return "{\"unavailable\": \"the kernel does not let it\"}";
			}
			return "{\"answer\": \"" + request(transport, marking, words[1], Integer.parseInt(words[2])) + "\"}";
		}
		catch (Exception ex) {
			return "{\"error\": \"" + ex.toString().replaceAll("[^ !#-\\[\\]-~]", "?") + "\"}";
		}
	}

	private static String request(Transport transport, QosChannelHandler marking, String host, int port)
			throws Exception {
		EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, transport.loops.get());
		CompletableFuture<String> answer = new CompletableFuture<>();
		try {
			Bootstrap bootstrap = new Bootstrap().group(group).channel(transport.channel);
			bootstrap.handler(new ChannelInitializer<Channel>() {

				@Override
				protected void initChannel(Channel channel) {
					channel.pipeline().addLast(marking, new FirstAnswer(answer));
				}

			});
			Channel channel = bootstrap.connect(host, port).sync().channel();
			byte[] request = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
			channel.writeAndFlush(Unpooled.wrappedBuffer(request));
			return answer.get(10, TimeUnit.SECONDS);
		}
		finally {
			group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
		}
	}

	/**
	 * How Netty gets at sockets.
	 */
	private enum Transport {

		nio(NioIoHandler::newFactory, NioSocketChannel.class),

		epoll(EpollIoHandler::newFactory, EpollSocketChannel.class),

		io_uring(IoUringIoHandler::newFactory, IoUringSocketChannel.class);

		private final Supplier<IoHandlerFactory> loops;

		private final Class<? extends Channel> channel;

		Transport(Supplier<IoHandlerFactory> loops, Class<? extends Channel> channel) {
			this.loops = loops;
			this.channel = channel;
		}

	}

	/**
	 * Tells how an answer begins.
	 */
	private static final class FirstAnswer extends SimpleChannelInboundHandler<ByteBuf> {

		private final CompletableFuture<String> answer;

		FirstAnswer(CompletableFuture<String> answer) {
			this.answer = answer;
		}

		@Override
		protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
			this.answer.complete(message.readCharSequence(15, StandardCharsets.US_ASCII).toString());
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
			this.answer.completeExceptionally(cause);
		}

	}

}
