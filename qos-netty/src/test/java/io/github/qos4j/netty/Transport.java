package io.github.qos4j.netty;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;

import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The transports that Netty has on Linux.
 */
enum Transport {

	NIO(NioSocketChannel.class, NioServerSocketChannel.class, NioDatagramChannel.class),

	EPOLL(EpollSocketChannel.class, EpollServerSocketChannel.class, EpollDatagramChannel.class),

	IO_URING(IoUringSocketChannel.class, IoUringServerSocketChannel.class, IoUringDatagramChannel.class);

	final Class<? extends Channel> client;

	final Class<? extends ServerChannel> server;

	final Class<? extends Channel> datagram;

	Transport(Class<? extends Channel> client, Class<? extends ServerChannel> server,
			Class<? extends Channel> datagram) {
		this.client = client;
		this.server = server;
		this.datagram = datagram;
	}

	EventLoopGroup group() {
		return new MultiThreadIoEventLoopGroup(2, handlers());
	}

	private IoHandlerFactory handlers() {
		return switch (this) {
			case NIO -> NioIoHandler.newFactory();
			case EPOLL -> {
				assumeThat(Epoll.unavailabilityCause()).as("why epoll cannot be used").isNull();
				yield EpollIoHandler.newFactory();
			}
			case IO_URING -> {
				assumeThat(IoUring.unavailabilityCause()).as("why io_uring cannot be used").isNull();
				yield IoUringIoHandler.newFactory();
			}
		};
	}

}
