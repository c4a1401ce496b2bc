package io.github.qos4j.boot.endpoint;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * An application on a free port whose actuator shows the endpoint {@code qos}.
 */
final class ActuatorApplication implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private ActuatorApplication(ConfigurableApplicationContext context) {
		this.context = context;
	}

	static ActuatorApplication run(WebApplicationType type, String... properties) {
		return run(type, Plain.class, properties);
	}

	static ActuatorApplication run(WebApplicationType type, Class<?> configuration, String... properties) {
		List<String> all = new ArrayList<>(List.of("server.port=0", "qos.backend=recording",
				"spring.main.banner-mode=off", "management.endpoints.web.exposure.include=qos"));
		all.addAll(Arrays.asList(properties));
		return new ActuatorApplication(
				new SpringApplicationBuilder(configuration).web(type).properties(all.toArray(String[]::new)).run());
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	int port() {
		return ((WebServerApplicationContext) this.context).getWebServer().getPort();
	}

	Answer get(String path, String... headers) throws Exception {
		return send(request(path, headers).GET().build());
	}

	Answer post(String path, String body, String... headers) throws Exception {
		return send(request(path, headers).header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(body))
			.build());
	}

	private HttpRequest.Builder request(String path, String... headers) {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create("http://127.0.0.1:" + port() + "/actuator/qos" + path));
		return (headers.length > 0) ? request.headers(headers) : request;
	}

	private Answer send(HttpRequest request) throws Exception {
		// Another one each time: a server closes the connection of a body that it
		// refuses.
		HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
		HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
		return new Answer(response.statusCode(), response.body());
	}

	@Override
	public void close() {
		this.context.close();
	}

	/**
	 * An answer.
	 *
	 * @param status the status
	 * @param body the body
	 */
	record Answer(int status, String body) {

		Map<String, Object> json() {
			return JsonParserFactory.getJsonParser().parseMap(this.body);
		}

		@SuppressWarnings("unchecked")
		<T> T at(String... keys) {
			Object value = json();
			for (String key : keys) {
				value = (value instanceof List<?> list) ? list.get(Integer.parseInt(key))
						: ((Map<?, ?>) value).get(key);
			}
			return (T) value;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Plain {

	}

}
