package io.github.qos4j;

import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.NetworkChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

import io.github.qos4j.internal.handle.DefaultQosHandleBuilder;

/**
 * Access to the QoS of this machine: Windows' qWAVE, or socket options elsewhere. One
 * handle is enough for most applications and lives as long as they do.
 * <p>
 * A handle exists before it is open: flows that are added meanwhile wait as
 * {@code PENDING}. It opens by itself, in the background, and tries again where that
 * fails. A connection never fails because QoS failed; only mistakes of the caller are
 * thrown.
 * <p>
 * Handles are thread-safe. {@link #awaitOpen} and {@link #queryServiceStatus} may wait,
 * and {@link #close} waits for at most the close timeout.
 *
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qoscreatehandle">QOSCreateHandle</a>
 */
public interface QosHandle extends AutoCloseable {

	/**
	 * Return a builder.
	 * @return a new builder
	 */
	static Builder builder() {
		return new DefaultQosHandleBuilder();
	}

	/**
	 * Return the name that logs and messages use.
	 * @return the name
	 */
	String name();

	/**
	 * Return the state.
	 * @return the state
	 */
	default HandleState state() {
		return status().state();
	}

	/**
	 * Return the state with all that belongs to it.
	 * @return the status
	 */
	HandleStatus status();

	/**
	 * Ask for the state of the system service behind this handle. May wait for the
	 * system's service manager, for as long as that takes; never call it on an event
	 * loop.
	 * @return the service's status
	 */
	ServiceStatus queryServiceStatus();

	/**
	 * Return a stage that completes when this handle opens, at once if it is open. It
	 * completes with a {@link QosUnavailableException} if the handle is closed first, or
	 * cannot be opened for a permanent reason. Dependent actions run on the common pool
	 * unless they name an executor.
	 * @return the stage
	 */
	CompletionStage<QosHandle> whenOpen();

	/**
	 * Wait until this handle is open. Blocks; never call it on an event loop.
	 * @param timeout how long to wait at most
	 * @throws QosUnavailableException if opening fails (at once, although the handle
	 * tries again), if the handle is closed, if the time is over, or if the thread is
	 * interrupted (its interrupt flag is set again)
	 * @throws IllegalArgumentException if the timeout is null, zero or negative
	 */
	void awaitOpen(Duration timeout);

	/**
	 * Mark the traffic of a socket, connected or not yet. Never waits for a service. On
	 * Linux the very first packet is marked, a TCP socket's SYN included if this is
	 * called before connect.
	 * @param socket an open TCP socket
	 * @param options what to ask for
	 * @return the flow
	 * @throws IllegalArgumentException if an argument is null, if the socket is closed or
	 * of a kind that cannot be marked
	 * @throws IllegalStateException if this handle is closed
	 */
	default QosFlow addFlow(Socket socket, QosFlowOptions options) {
		return addFlow(QosSocket.of(socket), options);
	}

	/**
	 * Mark the traffic of a socket, connected or not. Never waits for a service.
	 * @param socket an open UDP socket
	 * @param options what to ask for
	 * @return the flow
	 * @throws IllegalArgumentException if an argument is null, if the socket is closed or
	 * of a kind that cannot be marked
	 * @throws IllegalStateException if this handle is closed
	 */
	default QosFlow addFlow(DatagramSocket socket, QosFlowOptions options) {
		return addFlow(QosSocket.of(socket), options);
	}

	/**
	 * Mark the traffic of a channel, connected or not yet. Never waits for a service.
	 * @param channel an open {@link java.nio.channels.SocketChannel},
	 * {@link java.nio.channels.DatagramChannel} or
	 * {@link java.nio.channels.AsynchronousSocketChannel}, or one of the server socket
	 * channels (see {@link #addFlow(ServerSocket, QosFlowOptions)})
	 * @param options what to ask for
	 * @return the flow
	 * @throws IllegalArgumentException if an argument is null, if the channel is closed
	 * or of a kind that cannot be marked, such as a Unix domain socket
	 * @throws IllegalStateException if this handle is closed
	 */
	default QosFlow addFlow(NetworkChannel channel, QosFlowOptions options) {
		return addFlow(QosSocket.of(channel), options);
	}

	/**
	 * Mark the traffic of all connections that a server socket accepts from now on, from
	 * the first packet of its own on. Never waits for a service. Where the system marks
	 * single connections only (Windows), the flow fails and says so.
	 * @param socket an open server socket, bound or not yet
	 * @param options what to ask for
	 * @return the flow
	 * @throws IllegalArgumentException if an argument is null or the socket is closed
	 * @throws IllegalStateException if this handle is closed
	 */
	default QosFlow addFlow(ServerSocket socket, QosFlowOptions options) {
		return addFlow(QosSocket.of(socket), options);
	}

	/**
	 * Mark the traffic of a socket of any kind, to one peer if it names one. Never waits
	 * for a service.
	 * @param socket the socket
	 * @param options what to ask for
	 * @return the flow
	 * @throws IllegalArgumentException if an argument is null or the socket is closed
	 * @throws IllegalStateException if this handle is closed
	 */
	QosFlow addFlow(QosSocket socket, QosFlowOptions options);

	/**
	 * Mark the traffic of a socket by its type alone.
	 * @param socket an open TCP socket
	 * @param trafficType the traffic type
	 * @return the flow
	 * @see #addFlow(Socket, QosFlowOptions)
	 */
	default QosFlow addFlow(Socket socket, TrafficType trafficType) {
		return addFlow(socket, QosFlowOptions.of(trafficType));
	}

	/**
	 * Mark the traffic of a socket by its type alone.
	 * @param socket an open UDP socket
	 * @param trafficType the traffic type
	 * @return the flow
	 * @see #addFlow(DatagramSocket, QosFlowOptions)
	 */
	default QosFlow addFlow(DatagramSocket socket, TrafficType trafficType) {
		return addFlow(socket, QosFlowOptions.of(trafficType));
	}

	/**
	 * Mark the traffic of a channel by its type alone.
	 * @param channel an open channel
	 * @param trafficType the traffic type
	 * @return the flow
	 * @see #addFlow(NetworkChannel, QosFlowOptions)
	 */
	default QosFlow addFlow(NetworkChannel channel, TrafficType trafficType) {
		return addFlow(channel, QosFlowOptions.of(trafficType));
	}

	/**
	 * Mark the traffic of all connections that a server socket accepts from now on, by
	 * its type alone.
	 * @param socket an open server socket
	 * @param trafficType the traffic type
	 * @return the flow
	 * @see #addFlow(ServerSocket, QosFlowOptions)
	 */
	default QosFlow addFlow(ServerSocket socket, TrafficType trafficType) {
		return addFlow(socket, QosFlowOptions.of(trafficType));
	}

	/**
	 * Mark the traffic of a socket of any kind by its type alone.
	 * @param socket the socket
	 * @param trafficType the traffic type
	 * @return the flow
	 * @see #addFlow(QosSocket, QosFlowOptions)
	 */
	default QosFlow addFlow(QosSocket socket, TrafficType trafficType) {
		return addFlow(socket, QosFlowOptions.of(trafficType));
	}

	/**
	 * Return what sends single datagrams, each with a class of its own, where a flow
	 * would mark all that a socket sends. Never waits for a service.
	 * @param socket an open UDP socket
	 * @return the sender
	 * @throws QosUnavailableException if it is not known yet what this machine can do,
	 * because finding out hangs or has failed
	 * @throws IllegalArgumentException if the socket is null, closed or not a UDP socket
	 * @throws IllegalStateException if this handle is closed
	 */
	QosDatagramSender datagramSender(QosSocket socket);

	/**
	 * Return what only qWAVE offers. Elsewhere its answers are failures that say so.
	 * @return the features, as long-lived as this handle
	 */
	QwaveFeatures qwave();

	/**
	 * Return the open flows of this handle.
	 * @return a snapshot, in the order in which they were added
	 */
	List<QosFlow> flows();

	/**
	 * Close this handle and every flow on it. Waits for removals under way and for the
	 * native handle, for at most the close timeout; what still hangs then is left to a
	 * daemon thread. Closing again does nothing.
	 */
	@Override
	void close();

	/**
	 * Told of what happens to a handle and its flows, in order, on a thread of its own.
	 * One that throws is logged at debug level; one that blocks misses events, and
	 * neither harms anybody else.
	 */
	interface Listener {

		/**
		 * A handle has changed its state.
		 * @param handle the handle
		 * @param status its status then
		 */
		default void handleChanged(QosHandle handle, HandleStatus status) {
		}

		/**
		 * A flow has changed its state.
		 * @param flow the flow
		 * @param status its status then
		 */
		default void flowChanged(QosFlow flow, FlowStatus status) {
		}

	}

	/**
	 * Builds a {@link QosHandle}. Not thread-safe.
	 */
	interface Builder {

		/**
		 * Set the name that logs and messages use. The default is {@code qos}.
		 * @param name the name
		 * @return this builder
		 * @throws IllegalArgumentException if the name is null or blank
		 */
		Builder name(String name);

		/**
		 * Set the version to ask for. The default is {@link QosVersion#V1_0}.
		 * @param version the version
		 * @return this builder
		 * @throws IllegalArgumentException if the version is null
		 */
		Builder version(QosVersion version);

		/**
		 * Set the backend by name. The default, {@code auto}, takes the first one that
		 * can be used here, and {@code none} where there is no such backend; it never
		 * takes {@code recording}.
		 * @param name {@code auto}, {@code qwave}, {@code socket}, {@code recording},
		 * {@code none}, or the name of a backend of one's own; in any case
		 * @return this builder
		 * @throws IllegalArgumentException if there is no backend of that name
		 */
		Builder backend(String name);

		/**
		 * Set which DSCP each traffic type gets. The default is
		 * {@link MarkingProfile#QWAVE}.
		 * @param profile the profile
		 * @return this builder
		 * @throws IllegalArgumentException if the profile is null
		 */
		Builder markingProfile(MarkingProfile profile);

		/**
		 * Set how long {@link QosHandle#close()} waits at most. The default is 5 seconds.
		 * @param timeout the timeout
		 * @return this builder
		 * @throws IllegalArgumentException if the timeout is null, zero or negative
		 */
		Builder closeTimeout(Duration timeout);

		/**
		 * Set how long to wait before something that failed is tried again, opening or a
		 * flow: {@code initial} after the first failure, twice as long after each further
		 * one, {@code max} at most, each shortened at random by up to a quarter. The
		 * defaults are 1 second and 1 minute.
		 * @param initial the wait after the first failure
		 * @param max the longest wait
		 * @return this builder
		 * @throws IllegalArgumentException if one is null, zero or negative, or if
		 * {@code max} is shorter than {@code initial}
		 */
		Builder recoveryBackoff(Duration initial, Duration max);

		/**
		 * Set how often to look whether flows are still in force, because a program that
		 * only sends learns from nobody that they are not. Each look asks for one flow of
		 * the handle's own and for a hundredth of the others, and for all of them when
		 * one is not in force. The default is 30 seconds.
		 * @param interval the interval
		 * @return this builder
		 * @throws IllegalArgumentException if the interval is null, zero or negative
		 */
		Builder checkInterval(Duration interval);

		/**
		 * Add a listener that is told of changes.
		 * @param listener the listener
		 * @return this builder
		 * @throws IllegalArgumentException if the listener is null
		 */
		Builder listener(Listener listener);

		/**
		 * Set where the handle logs. The default is the system's logger of the name
		 * {@code io.github.qos4j.QosHandle}.
		 * @param logger the logger
		 * @return this builder
		 * @throws IllegalArgumentException if the logger is null
		 */
		Builder logger(System.Logger logger);

		/**
		 * Build a handle and begin to open it in the background. Never blocks.
		 * @return the handle, {@code OPENING}
		 */
		QosHandle build();

	}

}
