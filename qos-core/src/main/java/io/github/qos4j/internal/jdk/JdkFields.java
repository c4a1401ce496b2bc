package io.github.qos4j.internal.jdk;

import java.io.FileDescriptor;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.DatagramSocket;
import java.net.Socket;
import java.net.SocketImpl;

/**
 * Getters for the JDK's private fields that lead to a descriptor, the same on JDK 17 to
 * 25. As constants they cost nothing to call. Loading this class fails where native
 * access is refused or where a field is missing.
 */
final class JdkFields {

	static final MethodHandle SOCKET_IMPL;

	static final MethodHandle DELEGATING_IMPL_DELEGATE;

	static final MethodHandle IMPL_DESCRIPTOR;

	static final MethodHandle DESCRIPTOR_NUMBER;

	static final MethodHandle NIO_IMPL_STATE;

	static final MethodHandle NIO_IMPL_LOCK;

	static final MethodHandle SOCKET_CHANNEL_NUMBER;

	static final MethodHandle SOCKET_CHANNEL_LOCK;

	static final MethodHandle DATAGRAM_CHANNEL_NUMBER;

	static final MethodHandle DATAGRAM_CHANNEL_LOCK;

	static final MethodHandle DATAGRAM_SOCKET_DELEGATE;

	static final MethodHandle ADAPTOR_CHANNEL;

	static final MethodHandle LAYERED_SOCKET;

	static final Class<?> DELEGATING_IMPL;

	static final Class<?> NIO_IMPL;

	static final Class<?> SOCKET_CHANNEL;

	static final Class<?> DATAGRAM_CHANNEL;

	static final Class<?> DATAGRAM_ADAPTOR;

	static final Class<?> SSL_SOCKET;

	/** The state of a socket from which on its descriptor must not be used any more. */
	static final int NIO_IMPL_CLOSING;

	static {
		// The lookup stays in here: it opens all doors.
		MethodHandles.Lookup lookup = TrustedLookup.get();
		try {
			DELEGATING_IMPL = Class.forName("java.net.DelegatingSocketImpl");
			NIO_IMPL = Class.forName("sun.nio.ch.NioSocketImpl");
			SOCKET_CHANNEL = Class.forName("sun.nio.ch.SocketChannelImpl");
			DATAGRAM_CHANNEL = Class.forName("sun.nio.ch.DatagramChannelImpl");
			DATAGRAM_ADAPTOR = Class.forName("sun.nio.ch.DatagramSocketAdaptor");
			SSL_SOCKET = Class.forName("sun.security.ssl.BaseSSLSocketImpl");
			SOCKET_IMPL = getter(lookup, Socket.class, "impl", SocketImpl.class, Object.class);
			DELEGATING_IMPL_DELEGATE = getter(lookup, DELEGATING_IMPL, "delegate", SocketImpl.class, Object.class);
			IMPL_DESCRIPTOR = getter(lookup, SocketImpl.class, "fd", FileDescriptor.class, Object.class);
			DESCRIPTOR_NUMBER = getter(lookup, FileDescriptor.class, "fd", int.class, int.class);
			NIO_IMPL_STATE = getter(lookup, NIO_IMPL, "state", int.class, int.class);
			NIO_IMPL_LOCK = getter(lookup, NIO_IMPL, "stateLock", Object.class, Object.class);
			NIO_IMPL_CLOSING = (int) lookup.findStaticGetter(NIO_IMPL, "ST_CLOSING", int.class).invokeExact();
			SOCKET_CHANNEL_NUMBER = getter(lookup, SOCKET_CHANNEL, "fdVal", int.class, int.class);
			SOCKET_CHANNEL_LOCK = getter(lookup, SOCKET_CHANNEL, "stateLock", Object.class, Object.class);
			DATAGRAM_CHANNEL_NUMBER = getter(lookup, DATAGRAM_CHANNEL, "fdVal", int.class, int.class);
			DATAGRAM_CHANNEL_LOCK = getter(lookup, DATAGRAM_CHANNEL, "stateLock", Object.class, Object.class);
			DATAGRAM_SOCKET_DELEGATE = getter(lookup, DatagramSocket.class, "delegate", DatagramSocket.class,
					Object.class);
			ADAPTOR_CHANNEL = getter(lookup, DATAGRAM_ADAPTOR, "dc", DATAGRAM_CHANNEL, Object.class);
			LAYERED_SOCKET = getter(lookup, SSL_SOCKET, "self", Socket.class, Object.class);
		}
		catch (Throwable ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private JdkFields() {
	}

	/**
	 * Return a getter that takes and returns types of ours, so that it can be called
	 * exactly.
	 */
	static MethodHandle getter(MethodHandles.Lookup lookup, Class<?> owner, String name, Class<?> type, Class<?> asType)
			throws ReflectiveOperationException {
		return lookup.findGetter(owner, name, type).asType(MethodType.methodType(asType, Object.class));
	}

}
