package io.github.qos4j.boot.autoconfigure.client;

import java.util.Arrays;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Clients that show nobody their sockets, known by the class of a bean that uses them. It
 * is compared by name, so no class is loaded for it.
 */
enum ClientWithoutHook {

	/** {@code java.net.http.HttpClient}, for requests that block. */
	JDK_HTTP("org.springframework.boot.http.client.JdkClientHttpRequestFactoryBuilder",
			"RestClient and RestTemplate use the HTTP client of the JDK", Remedy.HTTP),

	/** {@code java.net.HttpURLConnection}. */
	SIMPLE_HTTP("org.springframework.boot.http.client.SimpleClientHttpRequestFactoryBuilder",
			"RestClient and RestTemplate use HttpURLConnection of the JDK", Remedy.HTTP),

	/** {@code java.net.http.HttpClient}, for WebClient. */
	JDK_REACTIVE_HTTP("org.springframework.boot.http.client.reactive.JdkClientHttpConnectorBuilder",
			"WebClient uses the HTTP client of the JDK", Remedy.HTTP),

	/** Kafka's producer. */
	KAFKA_PRODUCER("org.springframework.kafka.core.DefaultKafkaProducerFactory", "Kafka's producer is used", null),

	/** Kafka's consumer. */
	KAFKA_CONSUMER("org.springframework.kafka.core.DefaultKafkaConsumerFactory", "Kafka's consumer is used", null),

	/** Jedis. */
	JEDIS("org.springframework.data.redis.connection.jedis.JedisConnectionFactory", "Redis is used with Jedis",
			"use Lettuce (io.lettuce:lettuce-core, spring.data.redis.client-type=lettuce)");

	private final String beanClass;

	private final String use;

	private final @Nullable String remedy;

	ClientWithoutHook(String beanClass, String use, @Nullable String remedy) {
		this.beanClass = beanClass;
		this.use = use;
		this.remedy = remedy;
	}

	/**
	 * Return the client that a bean uses, if it is one of these.
	 */
	static Stream<ClientWithoutHook> usedBy(Object bean) {
		return Arrays.stream(values()).filter((client) -> client.isUsedBy(bean.getClass()));
	}

	private boolean isUsedBy(Class<?> type) {
		for (Class<?> each = type; each != null; each = each.getSuperclass()) {
			if (each.getName().equals(this.beanClass)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Return what uses this client.
	 */
	String use() {
		return this.use;
	}

	/**
	 * Return what to use instead, or {@code null} if there is nothing.
	 */
	@Nullable String remedy() {
		return this.remedy;
	}

	/**
	 * What helps with several.
	 */
	private static final class Remedy {

		static final String HTTP = "use Apache HttpClient 5 (add org.apache.httpcomponents.client5:httpclient5), "
				+ "Jetty (org.eclipse.jetty:jetty-client) or Reactor Netty (io.projectreactor.netty:reactor-netty-http)";

	}

}
