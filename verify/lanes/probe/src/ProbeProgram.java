import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.github.qos4j.probe.ProbeReport;
import io.github.qos4j.probe.ProbeReport.ProbedMark;
import io.github.qos4j.probe.QosProbe;
import io.github.qos4j.probe.QosResponder;

/**
 * Probes, or answers probes. Each line of input is a command, each line of output its
 * answer, as JSON.
 *
 * <pre>
 * respond ADDRESS           open a responder and return its port
 * answers                   return how many answers it has given
 * loopback                  probe this machine
 * path ADDRESS PORT MILLIS  probe the path to a responder
 * </pre>
 */
public final class ProbeProgram {

	private ProbeProgram() {
	}

	public static void main(String[] args) throws IOException {
		BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		QosResponder responder = null;
		for (String line = input.readLine(); line != null; line = input.readLine()) {
			String[] words = line.split(" ");
			switch (words[0]) {
				case "respond" -> {
					responder = QosResponder.open(new InetSocketAddress(InetAddress.getByName(words[1]), 0));
					System.out.println("{\"port\":" + responder.localAddress().getPort() + "}");
				}
				case "answers" -> System.out.println("{\"answers\":" + responder.answers() + "}");
				case "loopback" -> System.out.println(loopback());
				case "path" ->
					System.out.println(path(new InetSocketAddress(words[1], Integer.parseInt(words[2])),
							Duration.ofMillis(Long.parseLong(words[3]))));
				default -> throw new IllegalArgumentException(line);
			}
		}
	}

	private static String loopback() {
		try {
			return "{\"reports\":" + array(QosProbe.loopback().toCompletableFuture().join(), ProbeProgram::json) + "}";
		}
		catch (CompletionException ex) {
			return failure(ex);
		}
	}

	private static String path(InetSocketAddress responder, Duration timeout) {
		try {
			return json(QosProbe.path(responder, timeout).toCompletableFuture().join());
		}
		catch (CompletionException ex) {
			return failure(ex);
		}
	}

	private static String failure(CompletionException ex) {
		return "{\"error\":" + quoted(String.valueOf(ex.getCause())) + "}";
	}

	private static String json(ProbeReport report) {
		Function<ProbedMark, String> sent = (mark) -> String.valueOf(mark.sent().value());
		return "{\"destination\":" + quoted(report.destination().getAddress().getHostAddress()) + ",\"marks\":"
				+ array(report.marks(),
						(mark) -> "[" + mark.sent().value() + ","
								+ ((mark.arrived() != null) ? mark.arrived().value() : null) + "]")
				+ ",\"changed\":" + array(report.changed(), sent) + ",\"lost\":" + array(report.lost(), sent)
				+ ",\"intact\":" + report.isIntact() + ",\"answered\":" + report.isAnswered() + ",\"remarks\":"
				+ array(report.remarks(), ProbeProgram::quoted) + "}";
	}

	private static <T> String array(List<T> values, Function<T, String> json) {
		return values.stream().map(json).collect(Collectors.joining(",", "[", "]"));
	}

	private static String quoted(String text) {
		return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", " ") + "\"";
	}

}
