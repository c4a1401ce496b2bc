package io.github.qos4j;

import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.NetworkChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

import io.github.qos4j.internal.handle.DefaultQosHandleBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Entry point to the QoS support of this machine: qWAVE on Windows, socket options on
 * Linux and macOS. Most applications need one handle, open for as long as they run.
 * <p>
 * A handle opens in the background and retries by itself if that fails. It can be used at
 * once: flows added before it is open are {@link FlowState#PENDING}. A QoS failure never
 * breaks a connection: it is reported by the flow's status, by stages and to listeners.
 * Methods that add flows throw only for invalid arguments and closed handles.
 * <p>
 * Thread-safe. {@link #awaitOpen} and {@link #queryServiceStatus} block, and
 * {@link #close} blocks for up to the close timeout. Adding a flow and opening a datagram
 * sender never wait for a service. Where the backend needs none (Linux, macOS), such a
 * call within the first two seconds of a handle's life may wait for the native library to
 * load, so that even the first packet is marked; never longer than these two seconds, and
 * never on Windows.
 *
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qoscreatehandle">QOSCreateHandle</a>
 */
public interface QosHandle extends AutoCloseable {

	/**
	 * Return a builder for a handle.
	 * @return a new builder
	 */
	static Builder builder() {
		return new DefaultQosHandleBuilder();
	}

	/**
	 * Return the name of this handle, as used in logs and messages.
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
	 * Return a snapshot of the state and everything known about it.
	 * @return the status
	 */
	HandleStatus status();

	/**
	 * Query the state of the system service behind this handle. Blocks until the system's
	 * service manager answers; do not call it on an event loop.
	 * @return the status of the service; one that is {@link ServiceState#NOT_NEEDED not
	 * needed} never will be
	 */
	ServiceStatus queryServiceStatus();

	/**
	 * Return a stage that completes when this handle opens, or immediately if it is open.
	 * It fails with a {@link QosUnavailableException} if the handle is closed first, or
	 * if no backend can be used. Dependent actions run on the common pool unless they
	 * name an executor.
	 * @return the stage
	 */
	CompletionStage<QosHandle> whenOpen();

	/**
	 * Wait until this handle is open. Blocks; do not call it on an event loop.
	 * @param timeout the longest time to wait
	 * @throws QosUnavailableException if opening fails (without waiting for the retries),
	 * if the handle is closed, if the timeout elapses, or if the thread is interrupted
	 * (its interrupt flag is set again)
	 * @throws IllegalArgumentException if the timeout is null, zero or negative
	 */
	void awaitOpen(Duration timeout);

	/**
	 * Mark the traffic of a TCP socket, connected or not. On Linux even the first packet,
	 * the SYN, is marked if the flow is added before the socket connects. Never waits for
	 * a service (see {@link QosHandle}).
	 * @param socket an open TCP socket
	 * @param options the options of the flow
	 * @return the flow
	 * @throws IllegalArgumentException if an argument is null, or if the socket is closed
	 * or of a kind that cannot be marked
	 * @throws IllegalStateException if this handle is closed
	 */
	default QosFlow addFlow(Socket socket, QosFlowOptions options) {
		return addFlow(QosSocket.of(socket), options);
	}

	/**
	 * Mark the traffic of a UDP socket, connected or not. Never waits for a service (see
	 * {@link QosHandle}).
	 * @param socket an open UDP socket
	 * @param options the options of the flow
	 * @return the flow
	 * @throws IllegalArgumentException if an argument is null, or if the socket is closed
	 * or of a kind that cannot be marked
	 * @throws IllegalStateException if this handle is closed
	 */
	default QosFlow addFlow(DatagramSocket socket, QosFlowOptions options) {
		return addFlow(QosSocket.of(socket), options);
	}

	/**
	 * Mark the traffic of a channel, connected or not. Never waits for a service (see
	 * {@link QosHandle}).
	 * @param channel an open {@link java.nio.channels.SocketChannel},
	 * {@link java.nio.channels.DatagramChannel} or
	 * {@link java.nio.channels.AsynchronousSocketChannel}, or a server socket channel
	 * (see {@link #addFlow(ServerSocket, QosFlowOptions)})
	 * @param options the options of the flow
	 * @return the flow
	 * @throws IllegalArgumentException if an argument is null, or if the channel is
	 * closed or of a kind that cannot be marked, such as a Unix domain socket
	 * @throws IllegalStateException if this handle is closed
	 */
	default QosFlow addFlow(NetworkChannel channel, QosFlowOptions options) {
		return addFlow(QosSocket.of(channel), options);
	}

	/**
	 * Mark the traffic of all connections that a server socket accepts from now on; on
	 * Linux starting with the SYN-ACK. Never waits for a service (see {@link QosHandle}).
	 * Where only single connections can be marked (Windows), the flow fails and says so.
	 * @param socket an open server socket, bound or not
	 * @param options the options of the flow
	 * @return the flow
	 * @throws IllegalArgumentException if an argument is null or the socket is closed
	 * @throws IllegalStateException if this handle is closed
	 */
	default QosFlow addFlow(ServerSocket socket, QosFlowOptions options) {
		return addFlow(QosSocket.of(socket), options);
	}

	/**
	 * Mark the traffic of a socket of any kind; if it names a peer, the traffic to that
	 * peer. Never waits for a service (see {@link QosHandle}).
	 * @param socket the socket
	 * @param options the options of the flow
	 * @return the flow
	 * @throws IllegalArgumentException if an argument is null or the socket is closed
	 * @throws IllegalStateException if this handle is closed
	 */
	QosFlow addFlow(QosSocket socket, QosFlowOptions options);

	/**
	 * Mark the traffic of a TCP socket for a traffic type.
	 * @param socket an open TCP socket
	 * @param trafficType the traffic type
	 * @return the flow
	 * @throws IllegalArgumentException if an argument is null, or if the socket is closed
	 * or of a kind that cannot be marked
	 * @throws IllegalStateException if this handle is closed
	 * @see #addFlow(Socket, QosFlowOptions)
	 */
	default QosFlow addFlow(Socket socket, TrafficType trafficType) {
		return addFlow(socket, QosFlowOptions.of(trafficType));
	}

	/**
	 * Mark the traffic of a UDP socket for a traffic type.
	 * @param socket an open UDP socket
	 * @param trafficType the traffic type
	 * @return the flow
	 * @throws IllegalArgumentException if an argument is null, or if the socket is closed
	 * or of a kind that cannot be marked
	 * @throws IllegalStateException if this handle is closed
	 * @see #addFlow(DatagramSocket, QosFlowOptions)
	 */
	default QosFlow addFlow(DatagramSocket socket, TrafficType trafficType) {
		return addFlow(socket, QosFlowOptions.of(trafficType));
	}

	/**
	 * Mark the traffic of a channel for a traffic type.
	 * @param channel an open channel
	 * @param trafficType the traffic type
	 * @return the flow
	 * @throws IllegalArgumentException if an argument is null, or if the channel is
	 * closed or of a kind that cannot be marked
	 * @throws IllegalStateException if this handle is closed
	 * @see #addFlow(NetworkChannel, QosFlowOptions)
	 */
	default QosFlow addFlow(NetworkChannel channel, TrafficType trafficType) {
		return addFlow(channel, QosFlowOptions.of(trafficType));
	}

	/**
	 * Mark the traffic of all connections that a server socket accepts from now on, for a
	 * traffic type.
	 * @param socket an open server socket
	 * @param trafficType the traffic type
	 * @return the flow
	 * @throws IllegalArgumentException if an argument is null or the socket is closed
	 * @throws IllegalStateException if this handle is closed
	 * @see #addFlow(ServerSocket, QosFlowOptions)
	 */
	default QosFlow addFlow(ServerSocket socket, TrafficType trafficType) {
		return addFlow(socket, QosFlowOptions.of(trafficType));
	}

	/**
	 * Mark the traffic of a socket of any kind for a traffic type.
	 * @param socket the socket
	 * @param trafficType the traffic type
	 * @return the flow
	 * @throws IllegalArgumentException if an argument is null or the socket is closed
	 * @throws IllegalStateException if this handle is closed
	 * @see #addFlow(QosSocket, QosFlowOptions)
	 */
	default QosFlow addFlow(QosSocket socket, TrafficType trafficType) {
		return addFlow(socket, QosFlowOptions.of(trafficType));
	}

	/**
	 * Return a sender that marks each datagram individually, where a flow would mark
	 * everything that a socket sends. Never waits for a service (see {@link QosHandle}).
	 * @param socket an open UDP socket
	 * @return the sender
	 * @throws QosUnavailableException if no backend can be used, or if none has been
	 * chosen yet because loading the native library takes longer than usual
	 * @throws IllegalArgumentException if the socket is null or not a UDP socket
	 * @throws IllegalStateException if this handle is closed
	 */
	QosDatagramSender datagramSender(QosSocket socket);

	/**
	 * Return which code point each traffic type gets. Does not block.
	 * @return the profile
	 */
	default MarkingProfile markingProfile() {
		return MarkingProfile.QWAVE;
	}

	/**
	 * Return whether connections inherit the mark of the server socket that accepts them.
	 * Where they do not (Windows), each has to be marked by itself. Does not block: as
	 * long as no backend is chosen, this is about the one that this system is meant to
	 * have.
	 * @return {@code true} if a flow of a server socket marks what that accepts
	 */
	default boolean marksListeners() {
		return true;
	}

	/**
	 * Return what finds sockets of this process that no library lets us reach. Its
	 * sockets can be given to {@link #addFlow(QosSocket, QosFlowOptions)} of this handle.
	 * Never waits for a service (see {@link QosHandle}).
	 * @return a new finder, for one thread at a time
	 * @throws QosException with {@link ErrorCase#NOT_SUPPORTED} if the backend cannot
	 * find sockets
	 * @throws QosUnavailableException if no backend can be used, or if none has been
	 * chosen yet because loading the native library takes longer than usual
	 * @throws IllegalStateException if this handle is closed
	 */
	default SocketFinder socketFinder() {
		throw new QosException(ErrorCase.NOT_SUPPORTED, "This handle does not find sockets", null, null);
	}

	/**
	 * Return the features that only qWAVE on Windows has. On other systems they report
	 * that they are not supported.
	 * @return the features, usable for as long as this handle
	 */
	QwaveFeatures qwave();

	/**
	 * Stop marking, without closing anything: the marks of all flows are removed, and all
	 * flows are {@link FlowState#PENDING} until {@link #resumeMarking()}, those that have
	 * failed and those that are added meanwhile included. What is asked of flows
	 * meanwhile is kept until then, and single datagrams are sent unmarked. Clients are
	 * tracked on, and waits for conditions go on afterwards. The handle can be paused in
	 * any state but {@link HandleState#CLOSED}, and stays so when it is opened again.
	 * <p>
	 * Connections that have inherited the mark of a server socket and have no flow of
	 * their own keep it until they end.
	 * <p>
	 * Never waits for a service. Where none is needed, the calling thread takes the marks
	 * away before this returns, but for flows that another thread is just adding,
	 * changing or taking away: these follow as soon as it is done. Where a service is
	 * needed, all this happens in the background. A mark that the system refuses to take
	 * away stays for now: that is tried again with growing delays, is told by
	 * {@link HandleStatus#error()}, and if it never succeeds the handle is opened again.
	 * Has no effect if marking is paused already, even if that is still under way.
	 * @throws IllegalStateException if this handle is closed
	 * @see HandleStatus#paused()
	 */
	void pauseMarking();

	/**
	 * Mark again after {@link #pauseMarking()}. Each flow is added anew at once, whatever
	 * had become of it before; only one that had failed because calls for it hang waits
	 * until these return. Never waits for a service. Has no effect if marking is not
	 * paused.
	 * @throws IllegalStateException if this handle is closed
	 */
	void resumeMarking();

	/**
	 * Give up the native handle and open another, as after standby: all flows are added
	 * again, and unmarked for a moment. A handle that could not be opened tries at once
	 * instead of waiting. Returns at once; {@link #whenOpen()} tells when it is done. Has
	 * no effect if an attempt is under way.
	 * @throws IllegalStateException if this handle is closed
	 */
	void reopen();

	/**
	 * Return the open flows of this handle.
	 * @return a snapshot, in the order in which the flows were added
	 */
	List<QosFlow> flows();

	/**
	 * Close this handle and all its flows. Waits for flows being removed and for the
	 * native handle to close, for at most the close timeout; a call that still hangs then
	 * is left to a daemon thread. Has no effect if already closed.
	 */
	@Override
	void close();

	/**
	 * Receives new flows and the state changes of a handle and its flows, in the order in
	 * which they happen. Each listener is called on a daemon thread of its own, which
	 * exists only while there are events to deliver. A listener that blocks delays nobody
	 * else; if more than 10,000 of its events are waiting, further ones about flows are
	 * dropped. Those about the handle are not; but if 100 of them are waiting, the newest
	 * takes the place of the last. Exceptions that it throws are logged at debug level.
	 */
	interface Listener {

		/**
		 * Called when a handle has changed its state, and when its marking is paused or
		 * resumed.
		 * @param handle the handle
		 * @param status its status at that time
		 */
		default void handleChanged(QosHandle handle, HandleStatus status) {
		}

		/**
		 * Called when a flow has been added, before it is in force.
		 * @param handle the handle that it was added to
		 * @param flow the flow
		 */
		default void flowAdded(QosHandle handle, QosFlow flow) {
		}

		/**
		 * Called when a flow has changed its state.
		 * @param flow the flow
		 * @param status its status at that time
		 */
		default void flowChanged(QosFlow flow, FlowStatus status) {
		}

		/**
		 * Return whether this listener is to be told of flows. Asked once, when the
		 * handle is built. A listener that does not need them makes adding and closing
		 * flows no slower.
		 * @return {@code false} if {@link #flowAdded} and {@link #flowChanged} are not to
		 * be called
		 */
		default boolean hearsOfFlows() {
			return true;
		}

	}

	/**
	 * Is told of each operation on the system, as it ends: for meters. Called by the
	 * thread that has made the call, which may be the application's own, so it must be
	 * fast and must not block, and it may be called by several threads at a time. No lock
	 * is held meanwhile. What it throws harms nobody; the first exception is logged at
	 * debug level.
	 */
	@FunctionalInterface
	interface Observer {

		/**
		 * Called when an operation has ended.
		 * @param operation the operation
		 * @param nanos how long it took, in nanoseconds
		 * @param failure why it failed, or {@code null} if it did not. That a flow to be
		 * removed was not known any longer is a failure of the call, too.
		 */
		void completed(QosOperation operation, long nanos, @Nullable QosException failure);

	}

	/**
	 * Builds a {@link QosHandle}. Not thread-safe.
	 */
	interface Builder {

		/**
		 * Set the name of the handle, used in logs and messages. The default is
		 * {@code qos}.
		 * @param name the name
		 * @return this builder
		 * @throws IllegalArgumentException if the name is null or blank
		 */
		Builder name(String name);

		/**
		 * Set the requested version of the QoS subsystem. The default is
		 * {@link QosVersion#V1_0}.
		 * @param version the version
		 * @return this builder
		 * @throws IllegalArgumentException if the version is null
		 */
		Builder version(QosVersion version);

		/**
		 * Set the backend by name. The default, {@code auto}, selects the first backend
		 * that can be used on this machine, and falls back to {@code none}, which marks
		 * nothing. It never selects {@code recording}.
		 * @param name {@code auto}, {@code qwave}, {@code socket}, {@code recording},
		 * {@code none}, or the name of a custom backend; in any case
		 * @return this builder
		 * @throws IllegalArgumentException if the name is null or there is no backend of
		 * that name
		 */
		Builder backend(String name);

		/**
		 * Set the profile that maps traffic types to DSCPs. The default is
		 * {@link MarkingProfile#QWAVE}.
		 * @param profile the profile
		 * @return this builder
		 * @throws IllegalArgumentException if the profile is null
		 */
		Builder markingProfile(MarkingProfile profile);

		/**
		 * Set the longest time that {@link QosHandle#close()} waits. The default is 5
		 * seconds.
		 * @param timeout the timeout
		 * @return this builder
		 * @throws IllegalArgumentException if the timeout is null, zero or negative
		 */
		Builder closeTimeout(Duration timeout);

		/**
		 * Set the exponential backoff between attempts to open the handle, and between
		 * attempts to add a flow: {@code initial} after the first failure, doubled after
		 * each further one, up to {@code max}. Each delay is shortened by a random amount
		 * of up to a quarter. The defaults are 1 second and 1 minute.
		 * @param initial the delay after the first failure
		 * @param max the longest delay
		 * @return this builder
		 * @throws IllegalArgumentException if one is null, zero or negative, or if
		 * {@code max} is shorter than {@code initial}
		 */
		Builder recoveryBackoff(Duration initial, Duration max);

		/**
		 * Set how often the handle checks that it and its flows are still in force; an
		 * application that only sends would not notice otherwise. Each check covers the
		 * native handle and one flow in a hundred, but at least one; if any of these is
		 * no longer in force, all flows are checked. The default is 30 seconds.
		 * @param interval the interval
		 * @return this builder
		 * @throws IllegalArgumentException if the interval is null, zero or negative
		 */
		Builder checkInterval(Duration interval);

		/**
		 * Add a listener for state changes.
		 * @param listener the listener
		 * @return this builder
		 * @throws IllegalArgumentException if the listener is null
		 */
		Builder listener(Listener listener);

		/**
		 * Add an observer of the operations on the system. Without any, none is timed.
		 * @param observer the observer
		 * @return this builder
		 * @throws IllegalArgumentException if the observer is null
		 */
		Builder observer(Observer observer);

		/**
		 * Set the logger of the handle. The default is the system logger
		 * {@code io.github.qos4j.QosHandle}.
		 * @param logger the logger
		 * @return this builder
		 * @throws IllegalArgumentException if the logger is null
		 */
		Builder logger(System.Logger logger);

		/**
		 * Build a handle and start opening it in the background. Does not block.
		 * @return the handle, in the state {@code OPENING}
		 */
		QosHandle build();

	}

}
