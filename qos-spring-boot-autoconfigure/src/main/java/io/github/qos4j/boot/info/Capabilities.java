package io.github.qos4j.boot.info;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Knows what each backend can do on each system, in words.
 */
final class Capabilities {

	private static final String ALL = "yes";

	private static final String NOTHING = "no";

	private Capabilities() {
	}

	/**
	 * Return what can be done by a backend.
	 * @param backend the name of the backend
	 * @param system the name of the system, as in {@code os.name}
	 * @return the capabilities; empty if nothing is known of that backend, or if none is
	 * chosen yet
	 */
	static Map<String, String> of(String backend, String system) {
		return switch (backend) {
			case "qwave" -> capabilities(ALL, "with the rights of an administrator or network operator", ALL, NOTHING,
					NOTHING, "adaptive flows", NOTHING, NOTHING);
			case "socket" -> system.toLowerCase(Locale.ROOT).startsWith("mac")
					? capabilities("all but IPv4 on dual-stack sockets", ALL, NOTHING, "not known", NOTHING, NOTHING,
							NOTHING, NOTHING)
					: capabilities(ALL, ALL, "TCP, and UDP where the queueing discipline is fq", ALL, ALL, "TCP", ALL,
							ALL);
			case "none", "recording" ->
				capabilities(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING);
			default -> Map.of();
		};
	}

	private static Map<String, String> capabilities(String marks, String dscp, String rates, String listeners,
			String datagrams, String path, String process, String probe) {
		Map<String, String> capabilities = new LinkedHashMap<>();
		capabilities.put("marks", marks);
		capabilities.put("ownDscp", dscp);
		capabilities.put("rates", rates);
		capabilities.put("listeners", listeners);
		capabilities.put("singleDatagrams", datagrams);
		capabilities.put("pathFigures", path);
		capabilities.put("processSockets", process);
		capabilities.put("probe", probe);
		return capabilities;
	}

}
