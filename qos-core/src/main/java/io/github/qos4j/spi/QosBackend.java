package io.github.qos4j.spi;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.Subscription;
import io.github.qos4j.internal.util.Assert;

/**
 * What a system must offer so that flows can be marked on it. Backends are found through
 * {@link java.util.ServiceLoader}, or given to a handle's builder by {@link #applyTo}.
 * <p>
 * A backend is thread-safe and keeps no state of its own beyond its availability.
 */
public interface QosBackend {

	/**
	 * Return the name: in properties, health and meters alike.
	 * @return the name, in lower case
	 */
	String name();

	/**
	 * Return whether this backend can be used here. May load a native library the first
	 * time; never waits for a service and never throws.
	 * @return the availability
	 */
	Availability availability();

	/**
	 * Return whether this backend is made for this operating system. Loads nothing and
	 * never blocks.
	 * @return whether it is; that does not mean that it can be used
	 */
	default boolean isForThisSystem() {
		return true;
	}

	/**
	 * Return whether {@code auto} may take this backend.
	 * @return {@code true} unless it has to be named
	 */
	default boolean isAutomatic() {
		return true;
	}

	/**
	 * Return whether opening a session, or a call on one, can wait for a service. If so,
	 * all calls on a session are made by one thread of its own, and never by the thread
	 * that adds or closes a flow.
	 * @return whether calls can wait
	 */
	boolean mayBlock();

	/**
	 * Open a session.
	 * @param settings what it is opened with
	 * @return the session
	 * @throws QosException if it cannot be opened
	 */
	QosSession open(SessionSettings settings);

	/**
	 * Ask for the state of the service behind this backend. May wait for the system's
	 * service manager; never throws.
	 * @return the service's status
	 */
	default ServiceStatus queryServiceStatus() {
		return ServiceStatus.NOT_NEEDED;
	}

	/**
	 * Tell a listener of what happens to the system, until the returned registration is
	 * closed. Never throws, and never waits for a service.
	 * @param listener the listener
	 * @return the registration; closing it never throws
	 */
	default Subscription watch(SystemListener listener) {
		return () -> {
		};
	}

	/**
	 * Return what sends single datagrams through a UDP socket, each with marks of its
	 * own. Never waits for a service.
	 * @param socket an open UDP socket
	 * @return what sends
	 * @throws QosException if this backend cannot mark single datagrams
	 */
	default DatagramOutput datagramOutput(QosSocket socket) {
		throw new QosException(ErrorCase.NOT_SUPPORTED, "The backend '" + name() + "' does not mark single datagrams",
				null, null);
	}

	/**
	 * Open a UDP socket that tells with which mark a datagram has arrived.
	 * @param address where to bind it
	 * @return the socket
	 * @throws QosException if this backend cannot tell
	 * @throws IOException if the socket cannot be opened there
	 */
	default ProbeSocket probeSocket(InetSocketAddress address) throws IOException {
		throw new QosException(ErrorCase.NOT_SUPPORTED,
				"The backend '" + name() + "' cannot tell with which mark a datagram has arrived", null, null);
	}

	/**
	 * Return what on this machine changes marks besides flows.
	 * @return sentences for people; none if nothing is known to change any
	 */
	default List<String> markChanges() {
		return List.of();
	}

	/**
	 * Have a builder take this backend, whatever else this machine has.
	 * @param builder a builder that {@link QosHandle#builder()} has returned
	 * @return the builder
	 * @throws IllegalArgumentException if the builder is null or of another kind
	 */
	default QosHandle.Builder applyTo(QosHandle.Builder builder) {
		if (!(Assert.notNull(builder, "builder") instanceof Taker taker)) {
			throw new IllegalArgumentException(
					"'builder' must come from QosHandle.builder() but was a " + builder.getClass().getName());
		}
		return taker.backend(this);
	}

	/**
	 * A builder that takes a backend itself instead of its name.
	 */
	interface Taker {

		/**
		 * Take a backend.
		 * @param backend the backend
		 * @return this builder
		 */
		QosHandle.Builder backend(QosBackend backend);

	}

}
