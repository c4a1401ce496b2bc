package io.github.qos4j.internal.socket;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Map;

import io.github.qos4j.QosException;
import io.github.qos4j.internal.jdk.Descriptors;
import io.github.qos4j.internal.socket.SocketOptions.Family;
import io.github.qos4j.internal.socket.SocketOptions.Option;
import org.jspecify.annotations.Nullable;

/**
 * What makes marking cheaper on this Linux with this JDK. Each is tried on sockets of our
 * own and left out where it does not do what calls of the C library do.
 *
 * @param ints sets and gets options with less effort, or {@code null} if nothing does
 * @param clearsPriority whether {@link Option#IP_TOS} that becomes 0 makes the priority 0
 * as well
 * @param familyOfChannels whether channels of the JDK tell their family
 */
record LinuxShortcuts(@Nullable IntOptions ints, boolean clearsPriority, boolean familyOfChannels) {

	static final LinuxShortcuts NONE = new LinuxShortcuts(null, false, false);

	private static final Map<StandardProtocolFamily, Family> FAMILIES = Map.of(StandardProtocolFamily.INET, Family.IPV4,
			StandardProtocolFamily.INET6, Family.IPV6);

	/** With both bits of congestion notification, which are the socket's as well. */
	private static final int CLASS = 187;

	private static final int OTHER_CLASS = 41;

	private static final int PRIORITY = 5;

	private static final int OTHER_PRIORITY = 6;

	/**
	 * Try all.
	 * @param plain options without shortcuts
	 * @param ints what may be able to set and get options
	 */
	static LinuxShortcuts find(PosixSocketOptions plain, IntOptions ints) {
		return new LinuxShortcuts(works((channel, descriptor, family) -> isSame(plain, ints, descriptor)) ? ints : null,
				works((channel, descriptor, family) -> clearsPriority(plain, descriptor)),
				works((channel, descriptor, family) -> tellsFamily(plain, channel, descriptor, family)));
	}

	/**
	 * Return whether a trial succeeds for each family that this JVM has.
	 */
	private static boolean works(Trial trial) {
		boolean tried = false;
		for (StandardProtocolFamily family : FAMILIES.keySet()) {
			try (DatagramChannel channel = DatagramChannel.open(family)) {
				tried = Descriptors.lend(channel, (descriptor) -> trial.succeeds(channel, descriptor, family));
			}
			catch (UnsupportedOperationException ex) {
				// The JVM was told to do without this family.
				continue;
			}
			catch (IOException | RuntimeException | LinkageError ex) {
				return false;
			}
			if (!tried) {
				return false;
			}
		}
		return tried;
	}

	private static boolean isSame(PosixSocketOptions plain, IntOptions ints, int descriptor) {
		try {
			boolean ipv6 = plain.family(descriptor) == Family.IPV6;
			List<Option> classes = ipv6 ? List.of(Option.IP_TOS, Option.IPV6_TCLASS) : List.of(Option.IP_TOS);
			for (Option option : classes) {
				if (!isSame(plain, ints, descriptor, option, CLASS, OTHER_CLASS)) {
					return false;
				}
			}
			// The last of these has changed no other.
			return isSame(plain, ints, descriptor, Option.SO_PRIORITY, PRIORITY, OTHER_PRIORITY)
					&& classes.stream().allMatch((option) -> plain.get(descriptor, option) == OTHER_CLASS)
					&& LinuxNumbers.familyOf(ints.get(descriptor, LinuxNumbers.SOL_SOCKET,
							LinuxNumbers.SO_DOMAIN)) == plain.family(descriptor)
					&& tellsFailure(plain, ints);
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static boolean isSame(PosixSocketOptions plain, IntOptions ints, int descriptor, Option option, int value,
			int other) throws IOException {
		int level = plain.level(option);
		int number = plain.number(option);
		for (int next : new int[] { value, 0, value }) {
			ints.set(descriptor, level, number, next);
			if (plain.get(descriptor, option) != next) {
				return false;
			}
		}
		plain.set(descriptor, option, other);
		return ints.get(descriptor, level, number) == other;
	}

	private static boolean tellsFailure(PosixSocketOptions plain, IntOptions ints) {
		int level = plain.level(Option.IP_TOS);
		int number = plain.number(Option.IP_TOS);
		try {
			ints.get(-1, level, number);
			return false;
		}
		catch (IOException ex) {
			// As it should be.
		}
		try {
			ints.set(-1, level, number, 0);
			return false;
		}
		catch (IOException ex) {
			return true;
		}
	}

	private static boolean clearsPriority(PosixSocketOptions plain, int descriptor) {
		for (int priority : new int[] { PRIORITY, OTHER_PRIORITY }) {
			plain.set(descriptor, Option.IP_TOS, CLASS);
			plain.set(descriptor, Option.SO_PRIORITY, priority);
			plain.set(descriptor, Option.IP_TOS, 0);
			if (plain.get(descriptor, Option.SO_PRIORITY) != 0) {
				return false;
			}
		}
		return true;
	}

	private static boolean tellsFamily(PosixSocketOptions plain, DatagramChannel udp, int descriptor,
			StandardProtocolFamily family) {
		try (SocketChannel tcp = SocketChannel.open(family)) {
			return Descriptors.familyOf(udp) == family && plain.family(descriptor) == FAMILIES.get(family)
					&& Descriptors.familyOf(tcp) == family
					&& Descriptors.lend(tcp, plain::family) == FAMILIES.get(family);
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * Tries something on a socket.
	 */
	private interface Trial {

		/**
		 * Return whether it works.
		 * @throws QosException if it does not
		 */
		boolean succeeds(DatagramChannel channel, int descriptor, StandardProtocolFamily family);

	}

}
