package io.github.qos4j;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * What only Windows' qWAVE offers beside flows. On other systems every answer is a
 * {@link QosException} with {@link ErrorCase#NOT_SUPPORTED}.
 * <p>
 * Thread-safe; nothing here blocks. What it offers for flows is asked for by
 * {@link QosFlowOptions#withQwave}.
 */
public interface QwaveFeatures {

	/**
	 * Ask for the ids of all qWAVE flows of this machine, those of other processes
	 * included. Never waits. On Windows only administrators may ask.
	 * @return the ids to come, or a {@link QosException} if the system refuses to tell
	 * @throws QosUnavailableException if this handle is not open
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qosenumerateflows">QOSEnumerateFlows</a>
	 */
	CompletionStage<List<Long>> systemFlows();

	/**
	 * Have the path to a client measured from now on, as early as possible before there
	 * is an adaptive flow to it; of no use for other flows. Never waits.
	 * @param client the client's address
	 * @return the tracking, to be closed in the end
	 * @throws QosUnavailableException if this handle is not open
	 * @throws IllegalArgumentException if the client is null
	 */
	ClientTracking trackClient(InetAddress client);

}
