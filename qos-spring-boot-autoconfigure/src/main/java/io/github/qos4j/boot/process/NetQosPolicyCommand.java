package io.github.qos4j.boot.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowRate;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.policy.PolicyMatch;
import io.github.qos4j.policy.PortRange;
import io.github.qos4j.policy.QosPolicy;
import io.github.qos4j.policy.RemoteAddress;

/**
 * PowerShell's commands that have Windows itself mark what a policy matches, whoever
 * opens the connections.
 *
 * @see <a href=
 * "https://learn.microsoft.com/powershell/module/netqos/new-netqospolicy">New-NetQosPolicy</a>
 */
public final class NetQosPolicyCommand {

	private NetQosPolicyCommand() {
	}

	/**
	 * Return what makes Windows mark the connections of this program that a policy
	 * matches. Windows' policies know a single network and range of ports each, so there
	 * may be several commands, one in each line.
	 * @param policy a policy that matches connections by itself
	 * @param profile the code points of the traffic types
	 * @return the commands, to be run by an administrator
	 * @throws IllegalArgumentException if the policy has no match
	 */
	public static String commandFor(QosPolicy policy, MarkingProfile profile) {
		String java = ProcessHandle.current().info().command().orElse("java.exe");
		return commandFor(policy, profile, Path.of(java).getFileName().toString());
	}

	static String commandFor(QosPolicy policy, MarkingProfile profile, String program) {
		PolicyMatch match = policy.match();
		if (match == null) {
			throw new IllegalArgumentException("'policy' must match connections by itself but was " + policy.name());
		}
		List<String> conditions = List.of("");
		conditions = each(conditions, match.remoteAddresses(), NetQosPolicyCommand::prefix);
		conditions = each(conditions, match.remotePorts(), (ports) -> ports("IPDst", ports));
		conditions = each(conditions, match.localPorts(), (ports) -> ports("IPSrc", ports));
		if (match.protocol() != null) {
			conditions = each(conditions, List.of(match.protocol()),
					(protocol) -> " -IPProtocolMatchCondition " + protocol);
		}
		List<String> commands = new ArrayList<>();
		for (String condition : conditions) {
			String name = policy.name() + (commands.isEmpty() ? "" : "-" + (commands.size() + 1));
			commands.add("New-NetQosPolicy -Name " + quoted(name) + " -AppPathNameMatchCondition " + quoted(program)
					+ condition + action(policy, profile) + " -NetworkProfile All");
		}
		return String.join(System.lineSeparator(), commands);
	}

	/**
	 * Return all combinations of what is there with one entry of a list.
	 */
	private static <T> List<String> each(List<String> conditions, List<T> entries, Function<T, String> condition) {
		if (entries.isEmpty()) {
			return conditions;
		}
		return conditions.stream()
			.flatMap((before) -> entries.stream().map((entry) -> before + condition.apply(entry)))
			.collect(Collectors.toList());
	}

	private static String prefix(RemoteAddress address) {
		String name = " -IPDstPrefixMatchCondition ";
		// Windows compares addresses only. The host's first one will do, or none.
		return name
				+ (address.isHost() ? "([Net.Dns]::GetHostAddresses(" + quoted(address.toString()) + ")[0].ToString())"
						: quoted(withLength(address.toString())));
	}

	private static String withLength(String address) {
		return address.contains("/") ? address : address + (address.contains(":") ? "/128" : "/32");
	}

	private static String ports(String end, PortRange ports) {
		return (ports.first() == ports.last()) ? " -" + end + "PortMatchCondition " + ports.first() : " -" + end
				+ "PortStartMatchCondition " + ports.first() + " -" + end + "PortEndMatchCondition " + ports.last();
	}

	private static String action(QosPolicy policy, MarkingProfile profile) {
		Dscp own = policy.options().dscp();
		Dscp dscp = (own != null) ? own : profile.dscp(policy.options().trafficType());
		FlowRate rate = policy.options().rate();
		return Stream
			.of(" -DSCPAction " + dscp.value(),
					(rate != null) ? " -ThrottleRateActionBitsPerSecond " + rate.bitsPerSecond() : "")
			.collect(Collectors.joining());
	}

	/**
	 * Return a text as PowerShell takes it literally.
	 */
	private static String quoted(String text) {
		return "'" + text.replace("'", "''") + "'";
	}

}
