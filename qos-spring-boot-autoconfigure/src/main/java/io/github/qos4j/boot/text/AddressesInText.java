package io.github.qos4j.boot.text;

import java.util.Collection;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds addresses in texts that may be anybody's, such as the message of a cause. Knows
 * what an IP address looks like, with a port or without, and with the name of its host as
 * the JDK writes it: {@code media.example.org/192.0.2.1:5004}. The name of a host alone
 * looks like any other word, so it is only found where another text tells it.
 */
public final class AddressesInText {

	private static final String IPV4 = "\\d{1,3}(?:\\.\\d{1,3}){3}";

	private static final String IPV6 = "(?:[0-9A-Fa-f]{0,4}:){2,7}(?:" + IPV4 + "|[0-9A-Fa-f]{0,4})(?:%[\\w.-]+)?";

	private static final String PORT = "(?::\\d{1,5})?";

	private static final Pattern ADDRESS = Pattern.compile(
			"(?<![\\w.:-])(?:[\\w.-]*/)?((?:" + IPV4 + "|\\[" + IPV6 + "]|" + IPV6 + "|<unresolved>)" + PORT + ")");

	/**
	 * The name of a host, before its address. What is before any other name is a path.
	 */
	private static final Pattern HOST = Pattern
		.compile("(?<![\\w./-])([\\w.-]+)/(?=" + IPV4 + "|\\[|" + IPV6 + "|<unresolved>|$)");

	private AddressesInText() {
	}

	/**
	 * Replace the addresses in a text.
	 * @param text the text
	 * @param about a text about the same peers, in which names of hosts stand before
	 * their addresses, or before a slash alone
	 * @param replacement gives for an address what is to stand there, or that address to
	 * leave it
	 * @return the text without the addresses that are replaced
	 */
	public static String replace(String text, String about, UnaryOperator<String> replacement) {
		String replaced = replace(text, ADDRESS, replacement);
		Set<String> hosts = HOST.matcher(about).results().map((host) -> host.group(1)).collect(Collectors.toSet());
		return hosts.isEmpty() ? replaced : replace(replaced, pattern(hosts), replacement);
	}

	private static Pattern pattern(Collection<String> hosts) {
		return Pattern.compile("(?<![\\w.-])(" + hosts.stream().map(Pattern::quote).collect(Collectors.joining("|"))
				+ ")(?![\\w-])" + PORT, Pattern.CASE_INSENSITIVE);
	}

	private static String replace(String text, Pattern pattern, UnaryOperator<String> replacement) {
		return pattern.matcher(text).replaceAll((match) -> Matcher.quoteReplacement(replace(match, replacement)));
	}

	private static String replace(MatchResult match, UnaryOperator<String> replacement) {
		String address = match.group(1);
		String replaced = replacement.apply(address);
		return replaced.equals(address) ? match.group() : replaced;
	}

}
