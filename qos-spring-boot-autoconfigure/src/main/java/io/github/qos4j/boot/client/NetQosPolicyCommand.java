package io.github.qos4j.boot.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

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

	/** Neither letters nor anything but an address; host names are none. */
	private static final Pattern ADDRESS = Pattern
		.compile("[0-9.]+(/\\d+)?|\\[?[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*]?(/\\d+)?");

	private NetQosPolicyCommand() {
	}

	/**
	 * Return the commands for a policy, one for each combination of its criteria: such a
	 * rule has one address and one range of ports. Windows compares addresses only, so
	 * there is none for a host name.
	 * @param policy the policy
	 * @param profile the code points of the traffic types
	 * @param program the name of the program's file, {@code java.exe} for example
	 * @return the commands; empty if the policy is for hosts by name alone
	 */
	public static List<String> of(QosPolicy policy, MarkingProfile profile, String program) {
		List<String> commands = new ArrayList<>();
		PolicyMatch match = policy.match();
		for (String address : addresses(match)) {
			for (String remote : ports((match != null) ? match.remotePorts() : List.of(), "Dst")) {
				for (String local : ports((match != null) ? match.localPorts() : List.of(), "Src")) {
					int number = commands.size() + 1;
					String name = "qos4j " + policy.name() + ((number > 1) ? " " + number : "");
					commands.add("New-NetQosPolicy -Name " + quoted(name) + " -AppPathNameMatchCondition "
							+ quoted(program) + " -IPProtocolMatchCondition " + protocol(match) + address + remote
							+ local + " -DSCPAction " + dscp(policy, profile).value() + rate(policy));
				}
			}
		}
		return commands;
	}

	private static List<String> addresses(@Nullable PolicyMatch match) {
		if (match == null || match.remoteAddresses().isEmpty()) {
			return List.of("");
		}
		return match.remoteAddresses()
			.stream()
			.map(RemoteAddress::toString)
			.filter((address) -> ADDRESS.matcher(address).matches())
			.map((address) -> " -IPDstPrefixMatchCondition " + quoted(address.replaceAll("[\\[\\]]", "")))
			.toList();
	}

	private static List<String> ports(List<PortRange> ranges, String side) {
		if (ranges.isEmpty()) {
			return List.of("");
		}
		return ranges.stream()
			.map((range) -> " -IP" + side + "PortStartMatchCondition " + range.first() + " -IP" + side
					+ "PortEndMatchCondition " + range.last())
			.toList();
	}

	private static String protocol(@Nullable PolicyMatch match) {
		return (match == null || match.protocol() == null) ? "Both" : match.protocol().name().toUpperCase(Locale.ROOT);
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
