package io.github.qos4j;

import java.net.InetAddress;
import java.util.concurrent.CompletionStage;

/**
 * Experiments on the path to a client, begun before there is a flow so that the first
 * adaptive one finds figures. It goes on over sleep and standby until it is closed.
 * Thread-safe.
 *
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qosstarttrackingclient">QOSStartTrackingClient</a>
 */
public interface ClientTracking extends AutoCloseable {

	/**
	 * Return the client.
	 * @return its address
	 */
	InetAddress client();

	/**
	 * Return a stage that completes when the system has accepted to track the client, or
	 * with a {@link QosException} when it has refused. Dependent actions run on the
	 * common pool unless they name an executor.
	 * @return the stage
	 */
	CompletionStage<ClientTracking> whenTracked();

	/**
	 * Stop tracking. Does not block. Closing again does nothing.
	 */
	@Override
	void close();

}
