package io.github.qos4j.policy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.qos4j.internal.util.Assert;

/**
 * A range of ports. Immutable.
 *
 * @param first the first port, 1 to 65535
 * @param last the last port, not below the first
 */
public record PortRange(int first, int last) {

	/** All ports. */
	static final PortRange ANY = new PortRange(1, 65535);

	private static final Pattern FORMAT = Pattern.compile("(\\d{1,9})(?:\\s*-\\s*(\\d{1,9}))?");

	/**
	 * Create a range.
	 * @param first the first port
	 * @param last the last port
	 * @throws IllegalArgumentException if a port is out of range, or if the last is below
	 * the first
	 */
	public PortRange {
		require(first);
		require(last);
		if (last < first) {
			throw new IllegalArgumentException(
					"Port range must not end before it begins but was '" + first + "-" + last + "'");
		}
	}

	private static void require(int port) {
		if (port < 1 || port > 65535) {
			throw new IllegalArgumentException("Port must be 1 to 65535 but was " + port);
		}
	}

	/**
	 * Parse a port or a range.
	 * @param text {@code 5060}, or {@code 16384-32767}
	 * @return the range
	 * @throws IllegalArgumentException if the text is null or neither of these
	 */
	public static PortRange parse(String text) {
		Matcher matcher = FORMAT.matcher(Assert.notNull(text, "text").strip());
		if (!matcher.matches()) {
			throw new IllegalArgumentException(
					"Ports must be a number or a range such as 16384-32767 but were '" + text + "'");
		}
		int first = Integer.parseInt(matcher.group(1));
		return new PortRange(first, (matcher.group(2) != null) ? Integer.parseInt(matcher.group(2)) : first);
	}

	/**
	 * Return whether a port is in this range.
	 * @param port the port
	 * @return {@code true} if it is
	 */
	public boolean contains(int port) {
		return port >= this.first && port <= this.last;
	}

	boolean overlaps(PortRange other) {
		return this.first <= other.last && other.first <= this.last;
	}

	/**
	 * Return how many ports this is.
	 */
	int size() {
		return this.last - this.first + 1;
	}

	/**
	 * Return the range as {@link #parse} takes it.
	 */
	@Override
	public String toString() {
		return (this.first == this.last) ? Integer.toString(this.first) : this.first + "-" + this.last;
	}

}
