package io.github.qos4j.policy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * Peers that a policy is for: a host, an address or a network. Immutable.
 */
public final class RemoteAddress {

	private static final Pattern IPV4 = Pattern.compile("(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}");

	/** Anything else with a colon would be looked up as a name by the JDK. */
	private static final Pattern IPV6 = Pattern.compile("[\\p{XDigit}:][\\p{XDigit}:.]*");

	/** What is meant as an address and is none must not be taken for a host. */
	private static final Pattern NUMBERS = Pattern.compile("[0-9.]+");

	private static final Pattern HOST = Pattern
		.compile("(?=.{1,253}$)[\\p{Alnum}_]([\\p{Alnum}_-]{0,62})(\\.[\\p{Alnum}_]([\\p{Alnum}_-]{0,62}))*\\.?");

	/** How many bits an IPv4 address is mapped behind. */
	private static final int MAPPED = 96;

	/** A host is more specific than any network. */
	private static final int HOST_SPECIFICITY = 129;

	private final String text;

	/** The host in lower case, or {@code null} for a network. */
	private final @Nullable String host;

	/** The network as an IPv6 address, where an IPv4 one is mapped. */
	private final byte[] network;

	/** How many bits of it count. */
	private final int prefix;

	private RemoteAddress(String text, @Nullable String host, byte[] network, int prefix) {
		this.text = text;
		this.host = host;
		this.network = network;
		this.prefix = prefix;
	}

	/**
	 * Parse a host, an address or a network. Does not resolve anything.
	 * @param text {@code media.example.org}, {@code 10.1.2.3}, {@code 10.0.0.0/8},
	 * {@code 2001:db8::/32}
	 * @return the peers
	 * @throws IllegalArgumentException if the text is null or none of these
	 */
	public static RemoteAddress parse(String text) {
		String wanted = Assert.notNull(text, "text").strip();
		int slash = wanted.indexOf('/');
		String address = (slash < 0) ? wanted : wanted.substring(0, slash);
		byte[] bytes = address(address);
		if (bytes != null) {
			// A mapped one is written as IPv6, and its bits are counted so.
			boolean ipv4 = address.indexOf(':') < 0;
			int offset = ipv4 ? MAPPED : 0;
			int most = ipv4 ? 32 : 128;
			int prefix = (slash < 0) ? most : prefix(wanted, wanted.substring(slash + 1), most);
			return network(wanted, mapped(bytes), offset + prefix);
		}
		if (slash < 0 && HOST.matcher(wanted).matches() && !NUMBERS.matcher(wanted).matches()) {
			String host = wanted.toLowerCase(Locale.ROOT);
			return new RemoteAddress(wanted, host.endsWith(".") ? host.substring(0, host.length() - 1) : host,
					new byte[0], 0);
		}
		throw new IllegalArgumentException("Remote address must be a host, an IP address or a network such as "
				+ "10.0.0.0/8 or 2001:db8::/32 but was '" + text + "'");
	}

	/**
	 * Return the bytes of an address, or {@code null} if the text is none.
	 */
	private static byte @Nullable [] address(String text) {
		String literal = (text.startsWith("[") && text.endsWith("]")) ? text.substring(1, text.length() - 1) : text;
		boolean ipv4 = IPV4.matcher(literal).matches()
				&& Arrays.stream(literal.split("\\.")).mapToInt(Integer::parseInt).allMatch((part) -> part <= 255);
		if (!ipv4 && (literal.indexOf(':') < 0 || !IPV6.matcher(literal).matches())) {
			return null;
		}
		try {
			// Looks nothing up: it is a literal, or refused as one.
			return InetAddress.getByName(literal).getAddress();
		}
		catch (UnknownHostException ex) {
			return null;
		}
	}

	private static int prefix(String text, String digits, int most) {
		int prefix = digits.matches("\\d{1,3}") ? Integer.parseInt(digits) : -1;
		if (prefix < 0 || prefix > most) {
			throw new IllegalArgumentException(
					"Network must end in a number of bits from 0 to " + most + " but was '" + text + "'");
		}
		return prefix;
	}

	private static RemoteAddress network(String text, byte[] address, int prefix) {
		byte[] network = address.clone();
		for (int bit = prefix; bit < network.length * Byte.SIZE; bit++) {
			network[bit / Byte.SIZE] &= (byte) ~(0x80 >> bit % Byte.SIZE);
		}
		if (!Arrays.equals(network, address)) {
			throw new IllegalArgumentException("Network must have no bits set behind its first "
					+ text.substring(text.indexOf('/') + 1) + " but was '" + text + "'");
		}
		return new RemoteAddress(text, null, network, prefix);
	}

	private static byte[] mapped(byte[] address) {
		if (address.length == 16) {
			return address;
		}
		byte[] mapped = new byte[16];
		mapped[10] = -1;
		mapped[11] = -1;
		System.arraycopy(address, 0, mapped, 12, 4);
		return mapped;
	}

	/**
	 * Return whether this is a host, which has to be looked up to be compared with an
	 * address.
	 * @return {@code false} for an address or a network
	 */
	public boolean isHost() {
		return this.host != null;
	}

	/**
	 * Return the host in lower case, or {@code null} if this is an address or a network.
	 */
	@Nullable String host() {
		return this.host;
	}

	/**
	 * Return how specific this is: more for a host than for a network, and more for a
	 * small network than for a large one.
	 */
	int specificity() {
		return (this.host != null) ? HOST_SPECIFICITY : this.prefix;
	}

	/**
	 * Return whether a peer is one of these.
	 * @param remote the peer
	 * @param hosts knows the addresses of hosts
	 */
	boolean matches(InetSocketAddress remote, HostAddresses hosts) {
		InetAddress address = remote.getAddress();
		if (this.host != null) {
			// Asks nobody for a name.
			String asked = remote.getHostString();
			return asked != null && this.host.equals(asked.toLowerCase(Locale.ROOT))
					|| address != null && hosts.of(this.host).contains(address);
		}
		return address != null && contains(mapped(address.getAddress()));
	}

	private boolean contains(byte[] address) {
		int whole = this.prefix / Byte.SIZE;
		int rest = this.prefix % Byte.SIZE;
		if (!Arrays.equals(address, 0, whole, this.network, 0, whole)) {
			return false;
		}
		return rest == 0 || (address[whole] ^ this.network[whole]) >> (Byte.SIZE - rest) == 0;
	}

	/**
	 * Return whether this is the same host or network, however it is written.
	 */
	@Override
	public boolean equals(@Nullable Object other) {
		return this == other || other instanceof RemoteAddress address && Objects.equals(this.host, address.host)
				&& this.prefix == address.prefix && Arrays.equals(this.network, address.network);
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.host, this.prefix, Arrays.hashCode(this.network));
	}

	/**
	 * Return the text that this was parsed from.
	 */
	@Override
	public String toString() {
		return this.text;
	}

}
