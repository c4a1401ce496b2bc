package io.github.qos4j.boot.grpc;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link GrpcTransport}.
 */
class GrpcTransportTests {

	@Test
	void hasAsManyEventLoopsAsNettyIsToldTo() {
		EventLoopGroup usual = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
		try (GrpcTransport transport = new GrpcTransport()) {
			assertThat(transport.workers()).hasSameSizeAs(usual);
			assertThat(transport.boss()).hasSize(1);
		}
		finally {
			usual.shutdownGracefully();
		}
	}

}
