package io.github.qos4j;

import java.net.InetAddress;
import java.util.concurrent.CompletionStage;

/**
 * Path measurements to a client that start before the first adaptive flow to it, so that
 * the flow finds figures. Tracking resumes after sleep and standby and lasts until it is
 * closed. Thread-safe.
 *
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qosstarttrackingclient">QOSStartTrackingClient</a>
 */
public interface ClientTracking extends AutoCloseable {

	/**
	 * Return the address of the tracked client.
	 * @return the address
	 */
	InetAddress client();

	/**
	 * Return a stage that completes once the system tracks the client. It waits while the
	 * handle is not open. It fails with a {@link QosException} if the system refuses, if
	 * this tracking is closed first, or, as a {@link QosUnavailableException}, if the
	 * handle was already closed when tracking was requested. Dependent actions run on the
	 * common pool unless they name an executor.
	 * @return the stage
	 */
	CompletionStage<ClientTracking> whenTracked();

	/**
	 * Stop tracking. Does not block. Has no effect if already closed.
	 */
	@Override
	void close();

}
