package io.github.qos4j.sample;

import io.github.qos4j.FlowState;
import io.github.qos4j.TrafficType;
import org.jspecify.annotations.Nullable;

/**
 * JSON that shows a flow.
 *
 * @param id names the flow in {@code /api/flows/{id}}
 * @param flow names the flow in {@code /actuator/qos/flows/{id}}
 * @param protocol what carries it
 * @param host the peer, as it was asked for
 * @param port the peer's port
 * @param localAddress address and port of this end
 * @param trafficType what kind of traffic it is
 * @param state whether its mark is in force
 * @param reason why it is not in force or no longer sending, or {@code null}
 * @param requestedDscp the DSCP that was asked for
 * @param dscp the DSCP that the system says it applies, or {@code null}
 * @param note why {@code dscp} differs from what was asked for or is missing, or
 * {@code null}
 * @param sending whether the socket is open, which it stays for a while after the flow
 * has been closed
 * @param sent how many messages have been sent
 */
record FlowView(String id, long flow, Protocol protocol, String host, int port, String localAddress,
		TrafficType trafficType, FlowState state, @Nullable String reason, int requestedDscp, @Nullable Integer dscp,
		@Nullable String note, boolean sending, long sent) {

}
