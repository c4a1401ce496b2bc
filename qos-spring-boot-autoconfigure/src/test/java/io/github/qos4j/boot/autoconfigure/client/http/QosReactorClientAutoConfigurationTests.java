package io.github.qos4j.boot.autoconfigure.client.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;

import com.sun.net.httpserver.HttpServer;
import io.github.qos4j.Dscp;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.QosRecordingAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.client.QosClientAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.recording.RecordedFlow;
import io.github.qos4j.recording.RecordingBackend;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.ReactorClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link QosReactorClientAutoConfiguration}.
 */
@Timeout(60)
class QosReactorClientAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QosAutoConfiguration.class, QosRecordingAutoConfiguration.class,
				QosPolicyAutoConfiguration.class, QosClientAutoConfiguration.class,
				QosReactorClientAutoConfiguration.class, HttpClientAutoConfiguration.class,
				ImperativeHttpClientAutoConfiguration.class, ReactiveHttpClientAutoConfiguration.class))
		.withPropertyValues("qos.backend=recording", "spring.http.clients.imperative.factory=reactor",
				"spring.http.clients.reactive.connector=reactor");

	private HttpServer server;

	@BeforeEach
	void start() throws Exception {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/", (exchange) -> {
			exchange.sendResponseHeaders(204, -1);
			exchange.close();
		});
		this.server.start();
	}

	@AfterEach
	void stop() {
		this.server.stop(0);
	}

	@Test
	void blockingClientIsMarked() {
		this.runner.withPropertyValues("qos.client.policy=background").run((context) -> {
			get(context, "127.0.0.1");
			assertThat(flow(context).trafficType()).isEqualTo(TrafficType.BACKGROUND);
		});
	}

	@Test
	void reactiveClientIsMarked() {
		this.runner.withPropertyValues("qos.policies.api.dscp=AF31", "qos.policies.api.remote-port=" + port())
			.run((context) -> {
				context.getBean(ClientHttpConnectorBuilder.class)
					.build()
					.connect(HttpMethod.GET, uri("127.0.0.1"), (request) -> request.setComplete())
					.block();
				assertThat(flow(context).dscp()).isEqualTo(Dscp.of(26));
			});
	}

	@Test
	void policyMatchesByTheNameOfTheHostAsItWasAskedFor() {
		this.runner
			.withPropertyValues("qos.policies.api.dscp=AF31", "qos.policies.api.remote-address=api.test",
					"qos.client.policy=background")
			.withBean(ResolverCustomizer.class)
			.run((context) -> {
				get(context, "api.test");
				assertThat(flow(context).dscp()).isEqualTo(Dscp.of(26));
			});
	}

	@Test
	void withoutPolicyNothingIsMarked() {
		this.runner.run((context) -> {
			assertThat(context).doesNotHaveBean(QosReactorClientAutoConfiguration.class);
			get(context, "127.0.0.1");
			assertThat(context.getBean(RecordingBackend.class).flows()).isEmpty();
		});
	}

	@Test
	void withoutReactorNettyBacksOff() {
		this.runner
			.withPropertyValues("qos.client.policy=background", "spring.http.clients.imperative.factory=jdk",
					"spring.http.clients.reactive.connector=jdk")
			.withClassLoader(new FilteredClassLoader("reactor.netty"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(QosReactorClientAutoConfiguration.class));
	}

	@Test
	void withoutNettyModuleBacksOff() {
		this.runner.withPropertyValues("qos.client.policy=background")
			.withClassLoader(new FilteredClassLoader("io.github.qos4j.netty"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(QosReactorClientAutoConfiguration.class));
	}

	private void get(ApplicationContext context, String host) throws Exception {
		try (ClientHttpResponse response = context.getBean(ClientHttpRequestFactoryBuilder.class)
			.build()
			.createRequest(uri(host), HttpMethod.GET)
			.execute()) {
			assertThat(response.getStatusCode().value()).isEqualTo(204);
		}
	}

	private URI uri(String host) {
		return URI.create("http://" + host + ":" + port() + "/");
	}

	private int port() {
		return this.server.getAddress().getPort();
	}

	private static RecordedFlow flow(ApplicationContext context) {
		assertThat(context.getBean(RecordingBackend.class).flows()).hasSize(1);
		return context.getBean(RecordingBackend.class).flows().get(0);
	}

	/**
	 * Knows a host that nobody else knows.
	 */
	static class ResolverCustomizer
			implements ClientHttpRequestFactoryBuilderCustomizer<ReactorClientHttpRequestFactoryBuilder> {

		@Override
		public ReactorClientHttpRequestFactoryBuilder customize(ReactorClientHttpRequestFactoryBuilder builder) {
			return builder
				.withHttpClientCustomizer((client) -> client.resolver(new AddressResolverGroup<InetSocketAddress>() {

					@Override
					protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
						return new InetNameResolver(executor) {

							@Override
							protected void doResolve(String host, Promise<InetAddress> promise) throws Exception {
								promise.setSuccess(InetAddress.getByAddress(host, new byte[] { 127, 0, 0, 1 }));
							}

							@Override
							protected void doResolveAll(String host, Promise<List<InetAddress>> promise)
									throws Exception {
								promise
									.setSuccess(List.of(InetAddress.getByAddress(host, new byte[] { 127, 0, 0, 1 })));
							}

						}.asAddressResolver();
					}

				}));
		}

	}

}
