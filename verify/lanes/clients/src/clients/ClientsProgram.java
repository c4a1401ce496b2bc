package clients;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

import io.github.qos4j.QosHandle;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * An application that has the starter and clients of many kinds. It knows nothing of
 * marks: properties say what is marked. Each line of input is a request, {@code CLIENT
 * HOST PORT}, and each line of output is what came of it, as JSON.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({ HttpCalls.class, StoreCalls.class, RpcCalls.class })
public class ClientsProgram {

	public static void main(String[] args) throws IOException {
		PrintStream answers = System.out;
		// The log is none of the answers.
		System.setOut(System.err);
		try (ConfigurableApplicationContext context = SpringApplication.run(ClientsProgram.class, args)) {
			Map<String, Call> calls = new HashMap<>();
			Stream.of(HttpCalls.class, StoreCalls.class, RpcCalls.class)
				.map(context::getBean)
				.forEach((each) -> calls.putAll(each.calls()));
			// So that each answer can be judged, whatever else this machine is busy with.
			context.getBean(QosHandle.class).awaitOpen(Duration.ofSeconds(30));
			BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
			for (String line = input.readLine(); line != null; line = input.readLine()) {
				answers.println(answer(calls, line.split(" ")));
			}
		}
	}

	private static String answer(Map<String, Call> calls, String[] words) {
		try {
			return json("answer", calls.get(words[0]).to(words[1], Integer.parseInt(words[2])));
		}
		catch (Exception ex) {
			return json("error", ex.toString());
		}
	}

	private static String json(String key, String value) {
		return "{\"" + key + "\": \"" + value.replaceAll("[^ !#-\\[\\]-~]", "?") + "\"}";
	}

	/**
	 * Makes requests with one client.
	 */
	interface Call {

		/**
		 * Make a request, and return what was answered.
		 */
		String to(String host, int port) throws Exception;

	}

	/**
	 * Several clients.
	 */
	interface Calls {

		Map<String, Call> calls();

	}

}
