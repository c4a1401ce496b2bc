package io.github.qos4j.sample;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Hints}, as pages get them.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "qos.backend=recording")
class HintsTests {

	@LocalServerPort
	private int port;

	@Autowired
	private QosHandle qos;

	private final HttpClient client = HttpClient.newHttpClient();

	@Test
	void pageIsToldThatSomethingHasChangedAndNoMore() throws IOException, InterruptedException {
		try (Stream<String> page = open(); DatagramSocket socket = new DatagramSocket()) {
			Iterator<String> lines = page.iterator();
			assertThat(next(lines)).isEqualTo("data:look");
			try (QosFlow flow = this.qos.addFlow(socket, TrafficType.VOICE)) {
				assertThat(next(lines)).isEqualTo("data:look");
			}
			assertThat(next(lines)).isEqualTo("data:look");
			this.qos.pauseMarking();
			assertThat(next(lines)).isEqualTo("data:look");
			this.qos.resumeMarking();
		}
	}

	@Test
	@DirtiesContext // That pages are gone is found out when something is sent to them.
	void pagesThatAreTooManyAreEnded() throws IOException, InterruptedException {
		List<Stream<String>> pages = new ArrayList<>();
		try {
			for (int i = 0; i < Hints.MAX_PAGES; i++) {
				pages.add(open());
			}
			try (Stream<String> tooMany = open()) {
				assertThat(tooMany).isEmpty();
			}
		}
		finally {
			pages.forEach(Stream::close);
		}
	}

	private Stream<String> open() throws IOException, InterruptedException {
		URI hints = URI.create("http://127.0.0.1:" + this.port + "/api/hints");
		HttpResponse<Stream<String>> response = this.client.send(HttpRequest.newBuilder(hints).build(),
				BodyHandlers.ofLines());
		assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream");
		return response.body();
	}

	private static String next(Iterator<String> lines) {
		String line = lines.next();
		return line.isEmpty() ? lines.next() : line;
	}

}
