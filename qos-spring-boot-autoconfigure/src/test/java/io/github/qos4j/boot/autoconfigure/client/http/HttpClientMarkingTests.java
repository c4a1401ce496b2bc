package io.github.qos4j.boot.autoconfigure.client.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.qos4j.Dscp;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.QosRecordingAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.client.QosClientAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.client.ClientMarker;
import io.github.qos4j.boot.client.TestPolicies;
import io.github.qos4j.boot.client.TestServer;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;
import io.github.qos4j.recording.RecordedFlow;
import io.github.qos4j.recording.RecordingBackend;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.eclipse.jetty.client.HttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ClientHttpConnectorBuilderCustomizer;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientRequestException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link QosHttpComponentsAutoConfiguration} and
 * {@link QosJettyClientAutoConfiguration}, with requests to servers of this machine.
 */
class HttpClientMarkingTests {

	private final ApplicationContextRunner withoutSpringBoots = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QosRecordingAutoConfiguration.class, QosAutoConfiguration.class,
				QosPolicyAutoConfiguration.class, QosClientAutoConfiguration.class,
				QosHttpComponentsAutoConfiguration.class, QosJettyClientAutoConfiguration.class));

	private final ApplicationContextRunner unconfigured = this.withoutSpringBoots
		.withConfiguration(AutoConfigurations.of(HttpClientAutoConfiguration.class,
				ImperativeHttpClientAutoConfiguration.class, ReactiveHttpClientAutoConfiguration.class));

	private final ApplicationContextRunner contextRunner = this.unconfigured
		.withPropertyValues("qos.policies.media.traffic-type=voice");

	@ParameterizedTest
	@EnumSource
	void marksConnectionsThatPolicyMatchesAndNoOthers(Client client) {
		try (TestServer media = new TestServer(); TestServer other = new TestServer()) {
			recording(client, TestPolicies.port("media", TrafficType.VOICE, media.port())).run((context) -> {
				client.get(context, "127.0.0.1", media.port());
				client.get(context, "127.0.0.1", other.port());
				assertThat(flows(context)).singleElement().satisfies((flow) -> {
					assertThat(flow.trafficType()).isEqualTo(TrafficType.VOICE);
					assertThat(flow.socket().remoteAddress()).isEqualTo(address(media));
				});
			});
		}
	}

	@ParameterizedTest
	@EnumSource
	void marksByHostName(Client client) {
		try (TestServer server = new TestServer()) {
			recording(client, TestPolicies.remote("media", TrafficType.VOICE, "localhost")).run((context) -> {
				client.get(context, "localhost", server.port());
				assertThat(flows(context)).extracting(RecordedFlow::trafficType).containsExactly(TrafficType.VOICE);
			});
		}
	}

	@ParameterizedTest
	@EnumSource
	void marksByAddressOfHostName(Client client) {
		try (TestServer server = new TestServer()) {
			recording(client, TestPolicies.remote("media", TrafficType.VOICE, "127.0.0.0/8"),
					TestPolicies.port("any", TrafficType.BACKGROUND, server.port()))
				.run((context) -> {
					client.get(context, "localhost", server.port());
					// The address is more specific, however late it is known.
					assertThat(flows(context)).extracting(RecordedFlow::trafficType).containsExactly(TrafficType.VOICE);
				});
		}
	}

	@ParameterizedTest
	@EnumSource
	void marksOtherConnectionsByPolicyOfClients(Client client) {
		try (TestServer media = new TestServer(); TestServer other = new TestServer()) {
			recording(client, TestPolicies.port("media", TrafficType.VOICE, media.port()))
				.withPropertyValues("qos.client.policy=background")
				.run((context) -> {
					client.get(context, "127.0.0.1", media.port());
					client.get(context, "127.0.0.1", other.port());
					assertThat(flows(context)).extracting(RecordedFlow::trafficType)
						.containsExactly(TrafficType.VOICE, TrafficType.BACKGROUND);
				});
		}
	}

	@ParameterizedTest
	@EnumSource(names = "REACTIVE_HTTP_COMPONENTS", mode = EnumSource.Mode.EXCLUDE)
	void marksBeforeConnecting(Client client) {
		int port = TestServer.closedPort();
		recording(client, TestPolicies.port("media", TrafficType.VOICE, port)).run((context) -> {
			assertThatExceptionOfType(client.failure()).isThrownBy(() -> client.get(context, "127.0.0.1", port));
			assertThat(flows(context)).extracting(RecordedFlow::trafficType).containsOnly(TrafficType.VOICE);
		});
	}

	@ParameterizedTest
	@EnumSource
	void marksBeforeHandshakeOfTls(Client client) throws IOException {
		try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			hangUpOnFirstMessage(server);
			int port = server.getLocalPort();
			recording(client, TestPolicies.port("media", TrafficType.VOICE, port)).run((context) -> {
				assertThatExceptionOfType(client.failure())
					.isThrownBy(() -> client.get(client.factory(context), "https", "127.0.0.1", port));
				assertThat(flows(context)).isNotEmpty()
					.extracting(RecordedFlow::trafficType)
					.containsOnly(TrafficType.VOICE);
			});
		}
	}

	@Test
	void marksOnceForRequestsThatShareConnection() {
		// Of these clients the one that has given the connection back when it returns.
		Client client = Client.HTTP_COMPONENTS;
		try (TestServer server = new TestServer()) {
			recording(client, TestPolicies.port("media", TrafficType.VOICE, server.port())).run((context) -> {
				Object factory = client.factory(context);
				client.get(factory, "127.0.0.1", server.port());
				client.get(factory, "127.0.0.1", server.port());
				assertThat(flows(context)).singleElement().satisfies((flow) -> assertThat(flow.marks()).hasSize(1));
			});
		}
	}

	@ParameterizedTest
	@EnumSource
	@EnabledOnOs(OS.LINUX)
	void appliesMarks(Client client) {
		try (TestServer media = new TestServer(); TestServer other = new TestServer()) {
			with(client, TestPolicies.port("media", TrafficType.AUDIO_VIDEO, media.port())).run((context) -> {
				client.get(context, "localhost", media.port());
				client.get(context, "localhost", other.port());
				assertThat(context.getBean(PolicyMarker.class).flows()).singleElement()
					.extracting((QosFlow flow) -> Objects.requireNonNull(flow.marking()).applied())
					.isEqualTo(Dscp.parse("CS5"));
			});
		}
	}

	@Test
	void proxyIsThePeer() {
		try (TestServer proxy = new TestServer()) {
			Client client = Client.HTTP_COMPONENTS;
			recording(client, TestPolicies.port("proxy", TrafficType.VOICE, proxy.port()),
					TestPolicies.remote("target", TrafficType.BACKGROUND, "example.org"))
				.withBean("proxy", HttpComponentsCustomizer.class,
						() -> (builder) -> builder.withHttpClientCustomizer((http) -> http
							.setProxy(new org.apache.hc.core5.http.HttpHost("127.0.0.1", proxy.port()))))
				.run((context) -> {
					client.get(context, "example.org", 80);
					assertThat(flows(context)).extracting(RecordedFlow::trafficType).containsExactly(TrafficType.VOICE);
				});
		}
	}

	@Test
	void connectionFactoryOfUserWins() {
		AtomicInteger created = new AtomicInteger();
		try (TestServer server = new TestServer()) {
			recording(Client.HTTP_COMPONENTS, TestPolicies.port("media", TrafficType.VOICE, server.port()))
				.withBean("own", HttpComponentsCustomizer.class, () -> (builder) -> builder
					.withConnectionManagerCustomizer((manager) -> manager.setConnectionFactory((socket) -> {
						created.incrementAndGet();
						return ManagedHttpClientConnectionFactory.INSTANCE.createConnection(socket);
					})))
				.run((context) -> {
					Client.HTTP_COMPONENTS.get(context, "127.0.0.1", server.port());
					assertThat(created).hasValue(1);
					assertThat(flows(context)).isEmpty();
				});
		}
	}

	@Test
	void marksBesideCustomizerOfUser() {
		AtomicInteger requests = new AtomicInteger();
		try (TestServer server = new TestServer()) {
			recording(Client.HTTP_COMPONENTS, TestPolicies.port("media", TrafficType.VOICE, server.port()))
				.withBean("own", HttpComponentsCustomizer.class,
						() -> (builder) -> builder.withHttpClientCustomizer((http) -> http
							.addRequestInterceptorFirst((request, entity, httpContext) -> requests.incrementAndGet())))
				.run((context) -> {
					Client.HTTP_COMPONENTS.get(context, "127.0.0.1", server.port());
					assertThat(requests).hasValue(1);
					assertThat(flows(context)).hasSize(1);
				});
		}
	}

	@Test
	void doesNothingWithoutPolicy() {
		this.unconfigured.run((context) -> {
			assertThat(context).doesNotHaveBean(ClientMarker.class);
			assertThat(customizers(context)).isEmpty();
		});
	}

	@Test
	void doesNothingWithoutHandle() {
		this.contextRunner.withPropertyValues("qos.enabled=false").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(customizers(context)).isEmpty();
		});
	}

	@Test
	void doesNothingWithoutClients() {
		this.contextRunner
			.withClassLoader(new FilteredClassLoader(HttpClients.class, HttpAsyncClients.class, HttpClient.class))
			.run((context) -> {
				assertThat(context).hasNotFailed().hasSingleBean(ClientMarker.class);
				assertThat(customizers(context)).isEmpty();
			});
	}

	@Test
	void doesNothingWithoutSpringBootsModuleOfHttpClients() {
		this.withoutSpringBoots.withPropertyValues("qos.policies.media.traffic-type=voice")
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.http.client"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(ClientMarker.class));
	}

	@Test
	void marksBlockingClientsWithoutReactiveOnes() {
		this.contextRunner
			.withClassLoader(
					new FilteredClassLoader("org.apache.hc.core5.reactive", "org.eclipse.jetty.reactive.client"))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(customizers(context)).containsExactlyInAnyOrder(
						"qosHttpComponentsClientHttpRequestFactoryBuilderCustomizer",
						"qosJettyClientHttpRequestFactoryBuilderCustomizer");
			});
	}

	/**
	 * Return the names of our customizers; Spring Boot has some as well.
	 */
	private static List<String> customizers(ApplicationContext context) {
		return Stream
			.of(context.getBeanNamesForType(ClientHttpRequestFactoryBuilderCustomizer.class),
					context.getBeanNamesForType(ClientHttpConnectorBuilderCustomizer.class))
			.flatMap(Arrays::stream)
			.filter((name) -> name.startsWith("qos"))
			.toList();
	}

	private static void hangUpOnFirstMessage(ServerSocket server) {
		Thread thread = new Thread(() -> {
			while (!server.isClosed()) {
				try (Socket connection = server.accept()) {
					connection.getInputStream().read();
				}
				catch (IOException ex) {
					// The client has hung up first, or the test is over.
				}
			}
		}, "hang-up");
		thread.setDaemon(true);
		thread.start();
	}

	private ApplicationContextRunner recording(Client client, QosPolicy... policies) {
		return with(client, policies).withPropertyValues("qos.backend=recording");
	}

	private ApplicationContextRunner with(Client client, QosPolicy... policies) {
		return this.contextRunner.withPropertyValues(client.property)
			.withBean(QosPolicies.class, () -> QosPolicies.of(List.of(policies)))
			.withUserConfiguration(Marker.class);
	}

	private static List<RecordedFlow> flows(ApplicationContext context) {
		return context.getBean(RecordingBackend.class).flows();
	}

	private static SocketAddress address(TestServer server) {
		return new InetSocketAddress("127.0.0.1", server.port());
	}

	@Configuration(proxyBeanMethods = false)
	static class Marker {

		@Bean
		PolicyMarker marker(QosHandle handle, QosPolicies policies) {
			return new PolicyMarker(handle, policies);
		}

	}

	private interface HttpComponentsCustomizer
			extends ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder> {

	}

	/**
	 * A client that Boot builds.
	 */
	enum Client {

		HTTP_COMPONENTS("spring.http.clients.imperative.factory=http-components"),

		JETTY("spring.http.clients.imperative.factory=jetty"),

		REACTIVE_HTTP_COMPONENTS("spring.http.clients.reactive.connector=http-components"),

		REACTIVE_JETTY("spring.http.clients.reactive.connector=jetty");

		private final String property;

		Client(String property) {
			this.property = property;
		}

		private boolean isReactive() {
			return name().startsWith("REACTIVE");
		}

		Class<? extends Exception> failure() {
			return isReactive() ? WebClientRequestException.class : ResourceAccessException.class;
		}

		Object factory(ApplicationContext context) {
			return isReactive() ? context.getBean(ClientHttpConnector.class)
					: context.getBean(ClientHttpRequestFactory.class);
		}

		void get(ApplicationContext context, String host, int port) {
			get(factory(context), host, port);
		}

		void get(Object factory, String host, int port) {
			get(factory, "http", host, port);
		}

		void get(Object factory, String scheme, String host, int port) {
			String uri = scheme + "://" + host + ":" + port + "/";
			if (factory instanceof ClientHttpConnector connector) {
				WebClient.builder()
					.clientConnector(connector)
					.build()
					.get()
					.uri(uri)
					.retrieve()
					.toBodilessEntity()
					.block();
			}
			else {
				RestClient.builder()
					.requestFactory((ClientHttpRequestFactory) factory)
					.build()
					.get()
					.uri(uri)
					.retrieve()
					.toBodilessEntity();
			}
		}

	}

}
