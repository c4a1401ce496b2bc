package io.github.qos4j;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Features of Windows' qWAVE that are not tied to a flow. On other systems the stages
 * that these methods return fail with {@link ErrorCase#NOT_SUPPORTED}.
 * <p>
 * Thread-safe; nothing here waits for a service. For features of single flows see
 * {@link QosFlowOptions#withQwave}.
 */
public interface QwaveFeatures {

	/**
	 * Query the ids of all qWAVE flows on this machine, including those of other
	 * processes. Windows allows this for administrators only. Does not wait for a
	 * service.
	 * @return a stage that completes with the ids. It fails with a {@link QosException}
	 * if the system refuses, and with a {@link QosUnavailableException} if the handle is
	 * not open.
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qosenumerateflows">QOSEnumerateFlows</a>
	 */
	CompletionStage<List<Long>> systemFlows();

	/**
	 * Start measuring the path to a client. Call it as early as possible before adding an
	 * adaptive flow to that client; other flows gain nothing. Does not wait for a
	 * service. While the handle is not open, the tracking waits for it. Failures are
	 * reported by {@link ClientTracking#whenTracked()}, also if the handle is closed.
	 * @param client the client's address
	 * @return the tracking; close it when it is no longer needed
	 * @throws IllegalArgumentException if the client is null
	 */
	ClientTracking trackClient(InetAddress client);

}
