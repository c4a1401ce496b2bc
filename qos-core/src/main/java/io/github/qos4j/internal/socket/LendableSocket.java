package io.github.qos4j.internal.socket;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.NativeSocket;
import io.github.qos4j.QosException;
import io.github.qos4j.QosSocket;
import io.github.qos4j.internal.jdk.Descriptors;
import io.github.qos4j.internal.jdk.Descriptors.DescriptorFunction;
import org.jspecify.annotations.Nullable;

/**
 * A socket, and how its descriptor is lent: that of a Java socket under the JDK's own
 * lock; that of any other socket as it is to threads that keep it from being closed, and
 * as a duplicate to all others. A duplicate is what it is, whatever becomes of the number
 * it was made from, and by its cookie it is known to be the right socket.
 * <p>
 * What is no socket is never duplicated on purpose ({@link StrayDuplicates}).
 */
abstract class LendableSocket extends WeakReference<Object> {

	/** What the system calls this socket and no other; not known of most Java sockets. */
	private volatile @Nullable Long cookie;

	LendableSocket(Object owner, ReferenceQueue<Object> collected) {
		super(owner, collected);
		if (owner instanceof FoundSocket found) {
			this.cookie = found.cookie;
		}
	}

	/**
	 * Find the object that owns a socket's descriptor.
	 * @throws QosException if the socket is closed, or of a kind that cannot be lent
	 */
	static Object ownerOf(QosSocket socket) {
		if (socket.get() instanceof NativeSocket other) {
			if (!other.isOpen()) {
				throw closed();
			}
			return other;
		}
		return Descriptors.ownerOf(socket);
	}

	/**
	 * Return whether the socket still exists and is open.
	 */
	final boolean isOpen() {
		Object owner = get();
		return (owner instanceof NativeSocket other) ? other.isOpen() : owner != null && Descriptors.isOpen(owner);
	}

	/**
	 * Return the socket's owner.
	 * @throws QosException if the socket does not exist any more
	 */
	final Object requireOwner() {
		Object owner = get();
		if (owner == null) {
			throw closed();
		}
		return owner;
	}

	static QosException closed() {
		return new QosException(ErrorCase.SOCKET_CLOSED, "The socket is closed", null, null);
	}

	/**
	 * Call a function with a descriptor of this socket.
	 * @param owner the socket's owner
	 * @param function called with the number; must not wait for anything
	 * @throws QosException with {@link ErrorCase#SOCKET_CLOSED} if the socket is closed,
	 * and {@link ErrorCase#NOT_SUPPORTED} if this thread cannot use it safely
	 */
	final <T extends @Nullable Object> T lend(SocketOptions options, Object owner, DescriptorFunction<T> function) {
		if (!(owner instanceof NativeSocket other)) {
			return Descriptors.lend(owner, function);
		}
		return other.isConfined() ? lendConfined(options, other, function) : lendDuplicate(options, other, function);
	}

	/**
	 * Return what the system calls this socket and no other. Asks it once.
	 * @throws QosException if the socket is closed, or the system has no such thing
	 */
	final long cookie(SocketOptions options) {
		Long known = this.cookie;
		if (known != null) {
			return known;
		}
		long asked = lend(options, requireOwner(), options::cookie);
		this.cookie = asked;
		return asked;
	}

	private <T extends @Nullable Object> T lendConfined(SocketOptions options, NativeSocket socket,
			DescriptorFunction<T> function) {
		if (!socket.isOpen()) {
			throw closed();
		}
		int descriptor = socket.descriptor();
		if (this.cookie == null) {
			this.cookie = cookie(options, descriptor);
		}
		return function.apply(descriptor);
	}

	private static @Nullable Long cookie(SocketOptions options, int descriptor) {
		try {
			return options.cookie(descriptor);
		}
		catch (QosException ex) {
			if (ex.errorCase() != ErrorCase.NOT_SUPPORTED) {
				throw ex;
			}
			return null;
		}
	}

	private <T extends @Nullable Object> T lendDuplicate(SocketOptions options, NativeSocket socket,
			DescriptorFunction<T> function) {
		int number = socket.descriptor();
		requireSame(options.cookie(number));
		int duplicate = options.duplicate(number);
		try {
			long found = options.cookie(duplicate);
			requireSame(found);
			if (!socket.isOpen()) {
				throw closed();
			}
			// It was open when the duplicate was made, so this is its own.
			this.cookie = found;
			return function.apply(duplicate);
		}
		finally {
			options.close(duplicate);
		}
	}

	private void requireSame(long found) {
		Long known = this.cookie;
		if (known != null && found != known) {
			throw closed();
		}
	}

}
