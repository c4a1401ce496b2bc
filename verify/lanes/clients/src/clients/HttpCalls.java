package clients;

import java.time.Duration;
import java.util.Map;

import clients.ClientsProgram.Call;
import clients.ClientsProgram.Calls;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosSocketFactory;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Spring's HTTP clients over the library that properties choose, and OkHttp.
 */
class HttpCalls implements Calls {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private final RestClient restClient;

	private final RestTemplate restTemplate;

	private final WebClient webClient;

	private final OkHttpClient okHttp;

	HttpCalls(RestClient.Builder restClient, RestTemplateBuilder restTemplate, ClientHttpConnector connector,
			PolicyMarker marker) {
		this.restClient = restClient.build();
		this.restTemplate = restTemplate.build();
		this.webClient = WebClient.builder().clientConnector(connector).build();
		this.okHttp = new OkHttpClient.Builder().socketFactory(new QosSocketFactory(marker, null)).build();
	}

	@Override
	public Map<String, Call> calls() {
		return Map.of("RestClient", (host, port) -> restClient("http", host, port, ""), "RestClient-TLS",
				(host, port) -> restClient("https", host, port, ""), "RestClient-again",
				(host, port) -> restClient("http", host, port, "keep"), "RestTemplate",
				(host, port) -> restTemplate("http", host, port), "RestTemplate-TLS",
				(host, port) -> restTemplate("https", host, port), "WebClient",
				(host, port) -> webClient("http", host, port), "WebClient-TLS",
				(host, port) -> webClient("https", host, port), "OkHttp", this::okHttp);
	}

	private String restClient(String scheme, String host, int port, String path) {
		return this.restClient.get().uri(url(scheme, host, port) + path).retrieve().body(String.class);
	}

	private String restTemplate(String scheme, String host, int port) {
		return this.restTemplate.getForObject(url(scheme, host, port), String.class);
	}

	private String webClient(String scheme, String host, int port) {
		return this.webClient.get()
			.uri(url(scheme, host, port))
			.retrieve()
			.bodyToMono(String.class)
			.block(TIMEOUT);
	}

	private String okHttp(String host, int port) throws Exception {
		Request request = new Request.Builder().url(url("http", host, port)).build();
		try (Response response = this.okHttp.newCall(request).execute()) {
			return response.body().string();
		}
	}

	static String url(String scheme, String host, int port) {
		return scheme + "://" + literal(host) + ":" + port + "/";
	}

	/**
	 * Return a host as a URL has it.
	 */
	static String literal(String host) {
		return (host.indexOf(':') < 0) ? host : "[" + host + "]";
	}

}
