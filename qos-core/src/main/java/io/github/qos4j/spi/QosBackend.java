package io.github.qos4j.spi;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.SocketFinder;
import io.github.qos4j.Subscription;
import io.github.qos4j.internal.util.Assert;

/**
 * Marks flows by the means of one operating system. Backends are found through
 * {@link java.util.ServiceLoader}, or set on a handle's builder with {@link #applyTo}.
 * <p>
 * Implementations must be thread-safe, and may be used by several handles.
 */
public interface QosBackend {

	/**
	 * Return the name of this backend, as used in properties, health and logs.
	 * @return the name, in lower case
	 */
	String name();

	/**
	 * Return whether this backend can be used on this machine. May load a native library
	 * the first time; never waits for a service and never throws.
	 * @return the availability
	 */
	Availability availability();

	/**
	 * Return whether this backend is made for this operating system. Loads no native
	 * library and does not block.
	 * @return {@code true} if it is, even if it turns out to be unusable
	 */
	default boolean isForThisSystem() {
		return true;
	}

	/**
	 * Return whether {@code auto} may select this backend.
	 * @return {@code false} if it is used only when selected by name
	 */
	default boolean isAutomatic() {
		return true;
	}

	/**
	 * Return whether opening a session or calling its methods may wait for a service. If
	 * so, each session is opened and used by one dedicated thread, never by the thread
	 * that adds or closes a flow. If not, flows are added and closed directly by the
	 * calling threads. Does not block.
	 * @return {@code true} if calls may wait
	 */
	boolean mayBlock();

	/**
	 * Open a session. May wait for a service if {@link #mayBlock()}.
	 * @param settings the settings of the session
	 * @return the session
	 * @throws QosException if the session cannot be opened
	 */
	QosSession open(SessionSettings settings);

	/**
	 * Query the state of the service behind this backend. May block until the system's
	 * service manager answers; never throws.
	 * @return the status of the service
	 */
	default ServiceStatus queryServiceStatus() {
		return ServiceStatus.NOT_NEEDED;
	}

	/**
	 * Notify a listener of system events until the returned registration is closed. Never
	 * waits for a service and never throws.
	 * @param listener the listener
	 * @return the registration; closing it never throws
	 */
	default Subscription watch(SystemListener listener) {
		return () -> {
		};
	}

	/**
	 * Return an output that marks each datagram individually. Never waits for a service.
	 * @param socket an open UDP socket
	 * @return the output
	 * @throws QosException if this backend cannot mark single datagrams, or if the socket
	 * is closed
	 */
	default DatagramOutput datagramOutput(QosSocket socket) {
		throw new QosException(ErrorCase.NOT_SUPPORTED, "The backend '" + name() + "' does not mark single datagrams",
				null, null);
	}

	/**
	 * Open a UDP socket that reports the mark with which each datagram arrives.
	 * @param address the local address to bind
	 * @return the socket
	 * @throws QosException if this backend cannot report marks
	 * @throws IOException if the socket cannot be opened
	 */
	default ProbeSocket probeSocket(InetSocketAddress address) throws IOException {
		throw new QosException(ErrorCase.NOT_SUPPORTED,
				"The backend '" + name() + "' cannot tell with which mark a datagram has arrived", null, null);
	}

	/**
	 * Return whether connections inherit the mark of the server socket that accepts them.
	 * Does not block.
	 * @return {@code false} if flows of server sockets are refused
	 */
	default boolean marksListeners() {
		return true;
	}

	/**
	 * Return what finds sockets of this process that have no flow.
	 * @return a new finder
	 * @throws QosException if this backend cannot find sockets
	 */
	default SocketFinder socketFinder() {
		throw new QosException(ErrorCase.NOT_SUPPORTED,
				"The backend '" + name() + "' does not find the sockets of this process", null, null);
	}

	/**
	 * Return what else on this machine may change marks, such as iptables rules.
	 * @return sentences for a human reader; empty if nothing is known
	 */
	default List<String> markChanges() {
		return List.of();
	}

	/**
	 * Set this backend on a builder, in place of the automatic choice or a named backend.
	 * @param builder a builder returned by {@link QosHandle#builder()}
	 * @return the builder
	 * @throws IllegalArgumentException if the builder is null or does not accept backends
	 */
	default QosHandle.Builder applyTo(QosHandle.Builder builder) {
		if (!(Assert.notNull(builder, "builder") instanceof BackendAware aware)) {
			throw new IllegalArgumentException(
					"'builder' must come from QosHandle.builder() but was a " + builder.getClass().getName());
		}
		return aware.backend(this);
	}

	/**
	 * A builder that accepts a backend instance, not only a name.
	 */
	interface BackendAware {

		/**
		 * Set the backend.
		 * @param backend the backend
		 * @return this builder
		 * @throws IllegalArgumentException if the backend is null
		 */
		QosHandle.Builder backend(QosBackend backend);

	}

}
