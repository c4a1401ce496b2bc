package io.github.qos4j.boot.process;

import java.util.List;

import io.github.qos4j.MarkingProfile;
import io.github.qos4j.boot.policy.NetQosPolicyCommand;
import io.github.qos4j.policy.QosPolicies;
import org.jspecify.annotations.Nullable;

/**
 * What to do where a process cannot find its own sockets.
 */
public final class ProcessAdvice {

	private ProcessAdvice() {
	}

	/**
	 * Return what to do on a system where sockets cannot be found.
	 * @param system the name of the operating system, as in {@code os.name}
	 * @param policies the policies
	 * @param profile the code points of the traffic types
	 * @return the advice, or {@code null} where sockets can be found
	 */
	public static @Nullable String forSystem(String system, QosPolicies policies, MarkingProfile profile) {
		if (system.startsWith("Windows")) {
			return onWindows(policies, profile);
		}
		if (system.startsWith("Mac")) {
			return "qos.process.enabled has no effect on macOS, where a process cannot tell its sockets apart. "
					+ "Use clients that can be reached, or give them a QosSocketFactory";
		}
		return null;
	}

	private static String onWindows(QosPolicies policies, MarkingProfile profile) {
		List<String> commands = policies.all()
			.stream()
			.filter((policy) -> policy.match() != null)
			.flatMap((policy) -> NetQosPolicyCommand.of(policy, profile).stream())
			.toList();
		String reason = "qos.process.enabled has no effect on Windows, where only sockets that a library shows can be "
				+ "marked. ";
		if (commands.isEmpty()) {
			return reason + "No policy matches connections by itself, so there is nothing else to do";
		}
		return reason + "Windows marks such connections itself if an administrator runs, once, in PowerShell:"
				+ System.lineSeparator() + String.join(System.lineSeparator(), commands);
	}

}
