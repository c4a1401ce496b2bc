package io.github.qos4j.internal.jdk;

import java.io.FileDescriptor;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.locks.ReadWriteLock;

/**
 * Getters for the private fields that lead to the descriptor of an asynchronous channel,
 * the same on every system. A class of their own, so that a JDK without them loses this
 * kind of socket alone; loading it fails then.
 */
final class AsynchronousFields {

	static final MethodHandle CHANNEL_DESCRIPTOR;

	static final MethodHandle CHANNEL_LOCK;

	static final MethodHandle SERVER_CHANNEL_DESCRIPTOR;

	static final MethodHandle SERVER_CHANNEL_LOCK;

	static final Class<?> CHANNEL;

	static final Class<?> SERVER_CHANNEL;

	static {
		MethodHandles.Lookup lookup = TrustedLookup.get();
		try {
			CHANNEL = Class.forName("sun.nio.ch.AsynchronousSocketChannelImpl");
			SERVER_CHANNEL = Class.forName("sun.nio.ch.AsynchronousServerSocketChannelImpl");
			CHANNEL_DESCRIPTOR = JdkFields.getter(lookup, CHANNEL, "fd", FileDescriptor.class, Object.class);
			CHANNEL_LOCK = JdkFields.getter(lookup, CHANNEL, "closeLock", ReadWriteLock.class, ReadWriteLock.class);
			SERVER_CHANNEL_DESCRIPTOR = JdkFields.getter(lookup, SERVER_CHANNEL, "fd", FileDescriptor.class,
					Object.class);
			SERVER_CHANNEL_LOCK = JdkFields.getter(lookup, SERVER_CHANNEL, "closeLock", ReadWriteLock.class,
					ReadWriteLock.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private AsynchronousFields() {
	}

}
