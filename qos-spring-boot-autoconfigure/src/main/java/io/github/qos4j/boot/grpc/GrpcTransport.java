package io.github.qos4j.boot.grpc;

import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * The event loops of marked gRPC connections, and channels for them: of epoll where that
 * can be used, as gRPC itself does. gRPC takes a factory of channels only together with
 * event loops. Threads are started when they are needed, and are daemons. Thread-safe.
 */
public final class GrpcTransport implements AutoCloseable {

	private static final boolean EPOLL = ClassUtils.isPresent("io.netty.channel.epoll.EpollIoHandler",
			GrpcTransport.class.getClassLoader()) && WithEpoll.isAvailable();

	/** As many event loops as Netty is told to use, which is what gRPC has. */
	private static final int NETTY_DEFAULT = 0;

	private @Nullable EventLoopGroup boss;

	private @Nullable EventLoopGroup workers;

	/**
	 * Return the event loop that accepts connections.
	 * @return the group of that event loop
	 */
	public synchronized EventLoopGroup boss() {
		EventLoopGroup group = this.boss;
		if (group == null) {
			group = newGroup(1, "qos-grpc-boss");
			this.boss = group;
		}
		return group;
	}

	/**
	 * Return the event loops of connections.
	 * @return the group of event loops
	 */
	public synchronized EventLoopGroup workers() {
		EventLoopGroup group = this.workers;
		if (group == null) {
			group = newGroup(NETTY_DEFAULT, "qos-grpc-worker");
			this.workers = group;
		}
		return group;
	}

	private static EventLoopGroup newGroup(int threads, String name) {
		IoHandlerFactory handlers = EPOLL ? WithEpoll.handlers() : NioIoHandler.newFactory();
		return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), handlers);
	}

	/**
	 * Create a channel for a server.
	 * @return the channel
	 */
	public ServerChannel newServerChannel() {
		return EPOLL ? WithEpoll.newServerChannel() : new NioServerSocketChannel();
	}

	/**
	 * Create a channel for a client.
	 * @return the channel
	 */
	public Channel newClientChannel() {
		return EPOLL ? WithEpoll.newClientChannel() : new NioSocketChannel();
	}

	/**
	 * Stop the event loops, once they have nothing more to do. Does not wait.
	 */
	@Override
	public synchronized void close() {
		stop(this.boss);
		stop(this.workers);
	}

	private static void stop(@Nullable EventLoopGroup group) {
		if (group != null) {
			group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
		}
	}

	/**
	 * What needs the classes of epoll.
	 */
	private static final class WithEpoll {

		static boolean isAvailable() {
			return Epoll.isAvailable();
		}

		static IoHandlerFactory handlers() {
			return EpollIoHandler.newFactory();
		}

		static ServerChannel newServerChannel() {
			return new EpollServerSocketChannel();
		}

		static Channel newClientChannel() {
			return new EpollSocketChannel();
		}

	}

}
