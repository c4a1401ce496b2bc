package clients;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

import clients.ClientsProgram.Call;
import clients.ClientsProgram.Calls;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.client.GrpcChannelFactory;

/**
 * A gRPC service, and calls of it.
 */
@Configuration(proxyBeanMethods = false)
class RpcCalls implements Calls {

	private static final MethodDescriptor<byte[], byte[]> ECHO = MethodDescriptor
		.newBuilder(new Bytes(), new Bytes())
		.setType(MethodDescriptor.MethodType.UNARY)
		.setFullMethodName("clients.Echo/echo")
		.build();

	private final GrpcChannelFactory channels;

	RpcCalls(GrpcChannelFactory channels) {
		this.channels = channels;
	}

	@Bean
	static BindableService echo() {
		return () -> ServerServiceDefinition.builder("clients.Echo")
			.addMethod(ECHO, ServerCalls.asyncUnaryCall((request, answer) -> {
				answer.onNext(request);
				answer.onCompleted();
			}))
			.build();
	}

	@Override
	public Map<String, Call> calls() {
		return Map.of("gRPC", (host, port) -> {
			ManagedChannel channel = this.channels.createChannel("static://" + HttpCalls.literal(host) + ":" + port);
			try {
				byte[] answer = ClientCalls.blockingUnaryCall(channel, ECHO, CallOptions.DEFAULT,
						"echo".getBytes(StandardCharsets.UTF_8));
				return new String(answer, StandardCharsets.UTF_8);
			}
			finally {
				channel.shutdownNow();
			}
		});
	}

	/**
	 * Bytes as they are.
	 */
	private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

		@Override
		public InputStream stream(byte[] value) {
			return new ByteArrayInputStream(value);
		}

		@Override
		public byte[] parse(InputStream stream) {
			try (stream) {
				return stream.readAllBytes();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
