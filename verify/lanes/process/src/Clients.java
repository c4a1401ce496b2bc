import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Properties;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.StringSerializer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * An application whose clients have no hook: those of the JDK, and Kafka's.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class Clients {

	public static void main(String[] args) throws Exception {
		SpringApplication application = new SpringApplication(Clients.class);
		application.setWebApplicationType(org.springframework.boot.WebApplicationType.NONE);
		try (ConfigurableApplicationContext context = application.run(args)) {
			String host = "http://127.0.0.1:";
			HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
			Properties kafka = new Properties();
			kafka.put("bootstrap.servers", "127.0.0.1:" + System.getProperty("lane.kafka"));
			try (KafkaProducer<String, String> producer = new KafkaProducer<>(kafka, new StringSerializer(),
					new StringSerializer())) {
				long end = System.nanoTime() + 6_000_000_000L;
				while (System.nanoTime() < end) {
					for (String port : System.getProperty("lane.ports").split(",")) {
						client.send(HttpRequest.newBuilder(URI.create(host + port + "/client")).build(),
								HttpResponse.BodyHandlers.discarding());
						HttpURLConnection connection = (HttpURLConnection) URI.create(host + port + "/connection")
							.toURL()
							.openConnection(Proxy.NO_PROXY);
						try (InputStream body = connection.getInputStream()) {
							body.readAllBytes();
						}
					}
					Thread.sleep(100);
				}
				producer.close(java.time.Duration.ZERO);
			}
		}
	}

}
