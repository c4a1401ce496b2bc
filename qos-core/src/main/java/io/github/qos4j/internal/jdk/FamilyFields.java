package io.github.qos4j.internal.jdk;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.net.ProtocolFamily;

/**
 * Getters for the private fields with the address family of a channel. A class of their
 * own, so that a JDK without them loses no more than a shortcut; loading it fails then.
 */
final class FamilyFields {

	static final MethodHandle SOCKET_CHANNEL_FAMILY;

	static final MethodHandle DATAGRAM_CHANNEL_FAMILY;

	static {
		MethodHandles.Lookup lookup = TrustedLookup.get();
		try {
			SOCKET_CHANNEL_FAMILY = JdkFields.getter(lookup, JdkFields.SOCKET_CHANNEL, "family", ProtocolFamily.class,
					ProtocolFamily.class);
			DATAGRAM_CHANNEL_FAMILY = JdkFields.getter(lookup, JdkFields.DATAGRAM_CHANNEL, "family",
					ProtocolFamily.class, ProtocolFamily.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private FamilyFields() {
	}

}
