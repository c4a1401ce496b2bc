package io.github.qos4j.internal.jdk;

import java.lang.invoke.MethodHandle;
import java.net.DatagramSocket;
import java.net.ProtocolFamily;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.AsynchronousChannel;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.QosSocket;
import org.jspecify.annotations.Nullable;

/**
 * Lends the native number of a Java socket. A closed socket still holds its old number,
 * which the system may have given to another socket long since, so a number is lent only
 * under the lock that the JDK itself takes to close that socket. While it is held, the
 * socket can neither be closed nor, for some kinds, read or written: nothing that can
 * wait belongs under it.
 */
public final class Descriptors {

	private Descriptors() {
	}

	/**
	 * Find the object that owns a socket's descriptor. Sockets that share a descriptor,
	 * like a TLS socket and the one that it is layered over, have the same owner.
	 * @param socket the socket
	 * @return the owner, to be given to {@link #lend}
	 * @throws QosException if the socket is closed or not one of the JDK's own
	 */
	public static Object ownerOf(QosSocket socket) {
		Object javaSocket = socket.get();
		if (javaSocket == null) {
			throw closed();
		}
		return ownerOf(javaSocket);
	}

	/**
	 * Find the object that owns a socket's descriptor.
	 * @param javaSocket a {@link Socket}, {@link DatagramSocket}, {@link ServerSocket},
	 * or a channel of one of the kinds that {@link QosSocket#of(NetworkChannel)} takes
	 * @return the owner, to be given to {@link #lend}
	 * @throws QosException if the socket is closed or not one of the JDK's own
	 */
	public static Object ownerOf(Object javaSocket) {
		try {
			return owner(javaSocket);
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (LinkageError ex) {
			// What every backend needs was found at its start, or it is not in use.
			throw new QosException(ErrorCase.NOT_SUPPORTED,
					"Sockets of " + javaSocket.getClass().getName() + " cannot be marked on this version of Java",
					"Please report this with the version of Java: " + System.getProperty("java.vm.version"), ex);
		}
		catch (Error ex) {
			throw ex;
		}
		catch (SocketException ex) {
			if (!isClosed(javaSocket)) {
				throw new QosException(ErrorCase.RESOURCES, "The socket has no descriptor: " + ex.getMessage(), null,
						ex);
			}
			throw closed();
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static boolean isClosed(Object socket) {
		return (socket instanceof Socket tcp) ? tcp.isClosed()
				: !(socket instanceof ServerSocket server) || server.isClosed();
	}

	private static Object owner(Object socket) throws Throwable {
		if (socket instanceof Socket tcp) {
			return ownerOfSocket(tcp);
		}
		if (socket instanceof DatagramSocket udp) {
			return ownerOfDatagramSocket(udp);
		}
		if (socket instanceof ServerSocket server) {
			return ownerOfServerSocket(server);
		}
		if (socket instanceof ServerSocketChannel) {
			return supported(socket, ListenerFields.SERVER_CHANNEL.isInstance(socket));
		}
		if (socket instanceof AsynchronousChannel) {
			return supported(socket, AsynchronousFields.CHANNEL.isInstance(socket)
					|| AsynchronousFields.SERVER_CHANNEL.isInstance(socket));
		}
		return supported(socket,
				JdkFields.SOCKET_CHANNEL.isInstance(socket) || JdkFields.DATAGRAM_CHANNEL.isInstance(socket));
	}

	private static Object ownerOfSocket(Socket socket) throws Throwable {
		if (socket.getChannel() != null) {
			return owner(socket.getChannel());
		}
		if (JdkFields.SSL_SOCKET.isInstance(socket)) {
			// Layered over another socket, it has no descriptor of its own.
			Socket below = (Socket) (Object) JdkFields.LAYERED_SOCKET.invokeExact((Object) socket);
			if (below != socket) {
				return owner(below);
			}
		}
		return ownerOfImpl(socket, (Object) JdkFields.SOCKET_IMPL.invokeExact((Object) socket),
				socket::getReuseAddress);
	}

	private static Object ownerOfServerSocket(ServerSocket socket) throws Throwable {
		if (socket.getChannel() != null) {
			return owner(socket.getChannel());
		}
		return ownerOfImpl(socket, (Object) ListenerFields.SERVER_SOCKET_IMPL.invokeExact((Object) socket),
				socket::getReuseAddress);
	}

	/**
	 * Return the one that does the work for a socket.
	 * @param ask asks the socket for something, before which a new one has no descriptor
	 */
	private static Object ownerOfImpl(Object socket, Object firstImpl, Callable<?> ask) throws Throwable {
		Object impl = firstImpl;
		while (JdkFields.DELEGATING_IMPL.isInstance(impl)) {
			impl = JdkFields.DELEGATING_IMPL_DELEGATE.invokeExact(impl);
		}
		supported(socket, JdkFields.NIO_IMPL.isInstance(impl));
		if (JdkFields.IMPL_DESCRIPTOR.invokeExact(impl) == null) {
			ask.call();
			// One that hands everything to another never gets any.
			supported(socket, JdkFields.IMPL_DESCRIPTOR.invokeExact(impl) != null);
		}
		return impl;
	}

	private static Object ownerOfDatagramSocket(DatagramSocket socket) throws Throwable {
		if (socket.getChannel() != null) {
			return owner(socket.getChannel());
		}
		Object delegate = JdkFields.DATAGRAM_SOCKET_DELEGATE.invokeExact((Object) socket);
		if (delegate == null) {
			// The adaptor of a channel and a multicast socket delegate to nobody else.
			delegate = socket;
		}
		supported(socket, JdkFields.DATAGRAM_ADAPTOR.isInstance(delegate));
		return JdkFields.ADAPTOR_CHANNEL.invokeExact(delegate);
	}

	private static Object supported(Object socket, boolean condition) {
		if (!condition) {
			throw new QosException(ErrorCase.NOT_SUPPORTED,
					"Sockets of " + socket.getClass().getName() + " are not the JDK's own and cannot be marked",
					"Add the flow for the socket that this one wraps", null);
		}
		return socket;
	}

	/**
	 * Call a function with the number of a descriptor, while its socket cannot be closed.
	 * @param owner what {@link #ownerOf} returned
	 * @param function called with the number; must not wait for anything
	 * @param <T> what the function returns
	 * @return what the function returned
	 * @throws QosException with {@link ErrorCase#SOCKET_CLOSED} if the socket is closed
	 */
	public static <T extends @Nullable Object> T lend(Object owner, DescriptorFunction<T> function) {
		try {
			return (owner instanceof AsynchronousChannel channel) ? lendAsynchronous(channel, function)
					: lendSynchronous(owner, function);
		}
		catch (RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static <T extends @Nullable Object> T lendSynchronous(Object owner, DescriptorFunction<T> function)
			throws Throwable {
		synchronized (lock(owner)) {
			if (!isOpen(owner)) {
				throw closed();
			}
			return function.apply(number(owner));
		}
	}

	/**
	 * Lend the number of an asynchronous channel, whose readers and writers hold its lock
	 * for reading as well; {@code close} takes it for writing before anything else.
	 */
	private static <T extends @Nullable Object> T lendAsynchronous(AsynchronousChannel channel,
			DescriptorFunction<T> function) throws Throwable {
		boolean server = channel instanceof AsynchronousServerSocketChannel;
		MethodHandle lock = server ? AsynchronousFields.SERVER_CHANNEL_LOCK : AsynchronousFields.CHANNEL_LOCK;
		Lock againstClose = ((ReadWriteLock) lock.invokeExact((Object) channel)).readLock();
		againstClose.lock();
		try {
			if (!channel.isOpen()) {
				throw closed();
			}
			MethodHandle descriptor = server ? AsynchronousFields.SERVER_CHANNEL_DESCRIPTOR
					: AsynchronousFields.CHANNEL_DESCRIPTOR;
			return function.apply(
					(int) JdkFields.DESCRIPTOR_NUMBER.invokeExact((Object) descriptor.invokeExact((Object) channel)));
		}
		finally {
			againstClose.unlock();
		}
	}

	private static Object lock(Object owner) throws Throwable {
		MethodHandle getter = (owner instanceof SocketChannel) ? JdkFields.SOCKET_CHANNEL_LOCK
				: (owner instanceof DatagramChannel) ? JdkFields.DATAGRAM_CHANNEL_LOCK
						: (owner instanceof ServerSocketChannel) ? ListenerFields.SERVER_CHANNEL_LOCK
								: JdkFields.NIO_IMPL_LOCK;
		return (Object) getter.invokeExact(owner);
	}

	/**
	 * Return whether a socket is open. It may be closed as soon as this returns.
	 * @param owner what {@link #ownerOf} returned
	 * @return whether it is open
	 */
	public static boolean isOpen(Object owner) {
		if (owner instanceof Channel channel) {
			return channel.isOpen();
		}
		try {
			return (int) JdkFields.NIO_IMPL_STATE.invokeExact(owner) < JdkFields.NIO_IMPL_CLOSING
					&& JdkFields.IMPL_DESCRIPTOR.invokeExact(owner) != null;
		}
		catch (RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static int number(Object owner) throws Throwable {
		if (owner instanceof SocketChannel) {
			return (int) JdkFields.SOCKET_CHANNEL_NUMBER.invokeExact(owner);
		}
		if (owner instanceof DatagramChannel) {
			return (int) JdkFields.DATAGRAM_CHANNEL_NUMBER.invokeExact(owner);
		}
		if (owner instanceof ServerSocketChannel) {
			return (int) ListenerFields.SERVER_CHANNEL_NUMBER.invokeExact(owner);
		}
		Object descriptor = JdkFields.IMPL_DESCRIPTOR.invokeExact(owner);
		return (int) JdkFields.DESCRIPTOR_NUMBER.invokeExact(descriptor);
	}

	/**
	 * Return the address family that a socket was opened with, without asking the system.
	 * @param owner what {@link #ownerOf} returned
	 * @return the family, or {@code null} if the object does not know
	 */
	public static @Nullable ProtocolFamily familyOf(Object owner) {
		try {
			// Not of their subclasses, which may have been given any socket.
			if (owner.getClass() == JdkFields.SOCKET_CHANNEL) {
				return (ProtocolFamily) FamilyFields.SOCKET_CHANNEL_FAMILY.invokeExact(owner);
			}
			return (owner.getClass() == JdkFields.DATAGRAM_CHANNEL)
					? (ProtocolFamily) FamilyFields.DATAGRAM_CHANNEL_FAMILY.invokeExact(owner) : null;
		}
		catch (RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static QosException closed() {
		return new QosException(ErrorCase.SOCKET_CLOSED, "The socket is closed", null, null);
	}

	/**
	 * A function of a descriptor's number.
	 *
	 * @param <T> what it returns
	 */
	@FunctionalInterface
	public interface DescriptorFunction<T extends @Nullable Object> {

		/**
		 * Call the function.
		 * @param descriptor the number, on Windows a SOCKET
		 * @return the result
		 */
		T apply(int descriptor);

	}

}
