package io.github.qos4j.boot.autoconfigure.server.grpc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.client.QosClientAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.client.grpc.QosGrpcClientAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.grpc.GrpcTransport;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.grpc.client.GrpcChannelBuilderCustomizer;
import org.springframework.grpc.server.ServerBuilderCustomizer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link QosGrpcServerAutoConfiguration} and
 * {@link QosGrpcClientAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class QosGrpcAutoConfigurationTests {

	private static final MethodDescriptor<String, String> ECHO = MethodDescriptor.<String, String>newBuilder()
		.setType(MethodDescriptor.MethodType.UNARY)
		.setFullMethodName("test/echo")
		.setRequestMarshaller(new TextMarshaller())
		.setResponseMarshaller(new TextMarshaller())
		.build();

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(QosAutoConfiguration.class, QosPolicyAutoConfiguration.class, QosClientAutoConfiguration.class,
				QosGrpcServerAutoConfiguration.class, QosGrpcClientAutoConfiguration.class));

	@Test
	@EnabledOnOs(OS.LINUX)
	void serverAndClientAreMarked() {
		this.runner
			.withPropertyValues("qos.backend=socket", "qos.fail-fast=true", "qos.server.policy=voice",
					"qos.client.policy=control")
			.run((context) -> {
				QosHandle handle = context.getBean(QosHandle.class);
				Server server = startServer(context);
				assertThat(handle.flows()).singleElement()
					.satisfies((flow) -> isMarked(flow, TrafficType.VOICE))
					.satisfies((flow) -> assertThat(flow.toString()).contains("listener"));
				ManagedChannel channel = newChannel(context, server.getPort());
				assertThat(ClientCalls.blockingUnaryCall(channel, ECHO, CallOptions.DEFAULT, "hello"))
					.isEqualTo("hello");
				assertThat(handle.flows()).hasSize(2);
				isMarked(handle.flows().get(1), TrafficType.CONTROL);
				channel.shutdownNow().awaitTermination(30, TimeUnit.SECONDS);
				server.shutdownNow().awaitTermination(30, TimeUnit.SECONDS);
				Awaitility.await().untilAsserted(() -> assertThat(handle.flows()).isEmpty());
			});
	}

	@Test
	void eventLoopsEndWithTheContext() {
		GrpcTransport[] transport = new GrpcTransport[1];
		this.runner.withPropertyValues("qos.backend=recording", "qos.server.policy=voice").run((context) -> {
			transport[0] = context.getBean(GrpcTransport.class);
			assertThat(transport[0].boss().isShuttingDown()).isFalse();
		});
		assertThat(transport[0].boss().isShuttingDown()).isTrue();
	}

	@Test
	void shadedNettyIsLeftAloneAndThatIsTold(CapturedOutput output) {
		this.runner.withPropertyValues("qos.backend=recording", "qos.server.policy=voice", "qos.client.policy=control")
			.run((context) -> {
				for (int i = 0; i < 2; i++) {
					customize(context, io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder.forPort(0));
					customize(context,
							io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder.forAddress("localhost", 1));
				}
				assertThat(output).containsOnlyOnce("gRPC servers of").containsOnlyOnce("gRPC clients of");
			});
	}

	@Test
	void serverOnUnixDomainSocketIsLeftAlone() {
		this.runner
			.withPropertyValues("qos.backend=recording", "qos.server.policy=voice",
					"spring.grpc.server.address=unix:/run/test")
			.run((context) -> assertThat(context).doesNotHaveBean(ServerBuilderCustomizer.class));
	}

	@Test
	void withoutPolicyBacksOff() {
		this.runner.withPropertyValues("qos.backend=recording")
			.run((context) -> assertThat(context).doesNotHaveBean(GrpcTransport.class));
	}

	@Test
	void withoutGrpcBacksOff() {
		this.runner.withPropertyValues("qos.backend=recording", "qos.server.policy=voice", "qos.client.policy=control")
			.withClassLoader(new FilteredClassLoader("io.grpc.netty"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(GrpcTransport.class));
	}

	private static void isMarked(QosFlow flow, TrafficType type) {
		assertThat(flow.options().trafficType()).isEqualTo(type);
		assertThat(flow.marking().isApplied()).isTrue();
	}

	private static Server startServer(ApplicationContext context) throws Exception {
		NettyServerBuilder builder = NettyServerBuilder
			.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
			.addService(ServerServiceDefinition.builder("test")
				.addMethod(ECHO, ServerCalls.asyncUnaryCall((request, observer) -> {
					observer.onNext(request);
					observer.onCompleted();
				}))
				.build());
		customize(context, builder);
		return builder.build().start();
	}

	private static ManagedChannel newChannel(ApplicationContext context, int port) {
		NettyChannelBuilder builder = NettyChannelBuilder
			.forAddress(InetAddress.getLoopbackAddress().getHostAddress(), port)
			.usePlaintext();
		customize(context, builder);
		return builder.build();
	}

	@SuppressWarnings({ "rawtypes", "unchecked" })
	private static void customize(ApplicationContext context, ServerBuilder<?> builder) {
		List<ServerBuilderCustomizer> customizers = context.getBeanProvider(ServerBuilderCustomizer.class)
			.orderedStream()
			.toList();
		assertThat(customizers).hasSize(1);
		customizers.get(0).customize((ServerBuilder) builder);
	}

	@SuppressWarnings({ "rawtypes", "unchecked" })
	private static void customize(ApplicationContext context, ManagedChannelBuilder<?> builder) {
		List<GrpcChannelBuilderCustomizer> customizers = context.getBeanProvider(GrpcChannelBuilderCustomizer.class)
			.orderedStream()
			.toList();
		assertThat(customizers).hasSize(1);
		customizers.get(0).customize("localhost", (ManagedChannelBuilder) builder);
	}

	private static final class TextMarshaller implements MethodDescriptor.Marshaller<String> {

		@Override
		public InputStream stream(String value) {
			return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
		}

		@Override
		public String parse(InputStream stream) {
			try {
				return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
