package io.github.qos4j.internal.socket;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What on this machine changes marks besides flows, as far as Linux lets everybody see
 * it.
 */
final class MarkChanges {

	static final String REFLECTING = "net.ipv4.tcp_reflect_tos is 1: a connection that is accepted answers with the "
			+ "mark of its peer's first packet instead of its listener's, until a flow marks it itself";

	/** Modules of the kernel that write marks, if somebody has configured them to. */
	private static final Map<String, String> MODULES = Map.of("xt_DSCP", "rules of iptables", "sch_cake",
			"the queueing discipline cake with the option 'wash'", "sch_dsmark", "the queueing discipline dsmark",
			"act_pedit", "actions of tc");

	private MarkChanges() {
	}

	/**
	 * Return what changes marks, in words.
	 * @param proc the proc file system
	 */
	static List<String> of(Path proc) {
		List<String> changes = new ArrayList<>();
		if (isReflecting(proc)) {
			changes.add(REFLECTING);
		}
		read(proc.resolve("modules")).lines()
			.map((line) -> line.split(" ", 2)[0])
			.filter(MODULES::containsKey)
			.sorted()
			.forEach((module) -> changes
				.add("the kernel module " + module + " is loaded: " + MODULES.get(module) + " can rewrite marks"));
		return changes;
	}

	/**
	 * Return whether connections that are accepted take the mark of their peers, over
	 * IPv6 too.
	 * @param proc the proc file system
	 */
	static boolean isReflecting(Path proc) {
		return read(proc.resolve("sys/net/ipv4/tcp_reflect_tos")).strip().equals("1");
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException | SecurityException ex) {
			// Not there, or not for everybody's eyes: nothing is known.
			return "";
		}
	}

}
