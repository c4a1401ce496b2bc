package io.github.qos4j.internal.jdk;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.net.ServerSocket;
import java.net.SocketImpl;

/**
 * Getters for the private fields that lead to the descriptor of a server socket. A class
 * of their own, so that a JDK without them loses this kind of socket alone; loading it
 * fails then.
 */
final class ListenerFields {

	static final MethodHandle SERVER_SOCKET_IMPL;

	static final MethodHandle SERVER_CHANNEL_NUMBER;

	static final MethodHandle SERVER_CHANNEL_LOCK;

	static final Class<?> SERVER_CHANNEL;

	static {
		MethodHandles.Lookup lookup = TrustedLookup.get();
		try {
			SERVER_CHANNEL = Class.forName("sun.nio.ch.ServerSocketChannelImpl");
			SERVER_SOCKET_IMPL = JdkFields.getter(lookup, ServerSocket.class, "impl", SocketImpl.class, Object.class);
			SERVER_CHANNEL_NUMBER = JdkFields.getter(lookup, SERVER_CHANNEL, "fdVal", int.class, int.class);
			SERVER_CHANNEL_LOCK = JdkFields.getter(lookup, SERVER_CHANNEL, "stateLock", Object.class, Object.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private ListenerFields() {
	}

}
