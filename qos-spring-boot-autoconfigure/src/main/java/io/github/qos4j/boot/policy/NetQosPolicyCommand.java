package io.github.qos4j.boot.policy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowRate;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.policy.PolicyMatch;
import io.github.qos4j.policy.PortRange;
import io.github.qos4j.policy.QosPolicy;
import io.github.qos4j.policy.RemoteAddress;
import org.jspecify.annotations.Nullable;

/**
 * The commands of PowerShell by which Windows itself marks what a policy matches. They
 * need an administrator, last until they are removed, and reach every socket of every
 * process of a program, whatever opened it.
 *
 * @see <a href=
 * "https://learn.microsoft.com/powershell/module/netqos/new-netqospolicy">New-NetQosPolicy</a>
 */
public final class NetQosPolicyCommand {

	private NetQosPolicyCommand() {
	}

	/**
	 * Return the commands that have Windows mark the connections of this program that a
	 * policy matches: one for each combination of its criteria, since such a rule has one
	 * address and one range of ports. A policy without criteria is for all of them.
	 * @param policy the policy
	 * @param profile the code points of the traffic types
	 * @return the commands, of one line each
	 */
	public static List<String> of(QosPolicy policy, MarkingProfile profile) {
		String java = ProcessHandle.current().info().command().orElse("java.exe");
		return of(policy, profile, Path.of(java).getFileName().toString());
	}

	static List<String> of(QosPolicy policy, MarkingProfile profile, String program) {
		List<String> commands = new ArrayList<>();
		for (String conditions : conditions(policy.match())) {
			int number = commands.size() + 1;
			String name = "qos4j " + policy.name() + ((number > 1) ? " " + number : "");
			commands.add("New-NetQosPolicy -Name " + quoted(name) + " -AppPathNameMatchCondition " + quoted(program)
					+ conditions + " -DSCPAction " + dscp(policy, profile).value() + rate(policy)
					+ " -NetworkProfile All");
		}
		return commands;
	}

	private static List<String> conditions(@Nullable PolicyMatch match) {
		if (match == null) {
			return List.of(protocol("Both"));
		}
		String protocol = (match.protocol() != null) ? match.protocol().name().toUpperCase(Locale.ROOT) : "Both";
		List<String> conditions = List.of(protocol(protocol));
		conditions = each(conditions, match.remoteAddresses(), NetQosPolicyCommand::prefix);
		conditions = each(conditions, match.remotePorts(), (range) -> ports("Dst", range));
		return each(conditions, match.localPorts(), (range) -> ports("Src", range));
	}

	/**
	 * Return all combinations of what is there with one entry of a list.
	 */
	private static <T> List<String> each(List<String> conditions, List<T> entries, Function<T, String> condition) {
		return entries.isEmpty() ? conditions
				: conditions.stream()
					.flatMap((before) -> entries.stream().map((entry) -> before + condition.apply(entry)))
					.toList();
	}

	private static String protocol(String name) {
		return " -IPProtocolMatchCondition " + name;
	}

	private static String prefix(RemoteAddress address) {
		String text = address.toString().replaceAll("[\\[\\]]", "");
		// Windows compares addresses only. The host's first one will do, or none.
		return " -IPDstPrefixMatchCondition " + (address.isHost()
				? "([Net.Dns]::GetHostAddresses(" + quoted(text) + ")[0].ToString())" : quoted(withLength(text)));
	}

	private static String withLength(String address) {
		return address.contains("/") ? address : address + (address.contains(":") ? "/128" : "/32");
	}

	private static String ports(String end, PortRange range) {
		return " -IP" + end + "PortStartMatchCondition " + range.first() + " -IP" + end + "PortEndMatchCondition "
				+ range.last();
	}

	private static Dscp dscp(QosPolicy policy, MarkingProfile profile) {
		Dscp own = policy.options().dscp();
		return (own != null) ? own : profile.dscp(policy.options().trafficType());
	}

	private static String rate(QosPolicy policy) {
		FlowRate rate = policy.options().rate();
		return (rate != null) ? " -ThrottleRateActionBitsPerSecond " + rate.bitsPerSecond() : "";
	}

	/**
	 * Quote for PowerShell, where nothing but the quote itself has a meaning within
	 * single quotes.
	 */
	private static String quoted(String text) {
		return "'" + text.replace("'", "''") + "'";
	}

}
