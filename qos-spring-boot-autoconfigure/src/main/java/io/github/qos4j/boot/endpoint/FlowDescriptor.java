package io.github.qos4j.boot.endpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.qos4j.FlowRate;
import io.github.qos4j.FlowStatus;
import io.github.qos4j.Marking;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.boot.properties.Names;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A flow as the endpoint shows it.
 *
 * @param id the number of the flow
 * @param handle the name of the handle's bean
 * @param protocol {@code tcp} or {@code udp}
 * @param kind {@code connection}, {@code listener} or {@code datagram}
 * @param local the local address and port, or {@code null} if there is none
 * @param remote the peer's address and port, or {@code null} if there is none
 * @param state the state
 * @param reason why the flow is not active or marks nothing, or {@code null}
 * @param trafficType the requested traffic type, for example {@code audio-video}
 * @param policy the name of the policy that it follows, or {@code null}
 * @param requested the requested code point
 * @param applied the code point that the system says it applies, or {@code null} if it
 * does not tell
 * @param inForce whether the two are the same
 * @param note a remark about the code points, or {@code null}
 * @param rate the limit that was asked for, in bits per second, or {@code null}
 * @param path what is known of the path; absent from lists
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record FlowDescriptor(long id, String handle, String protocol, String kind, @Nullable String local,
		@Nullable String remote, String state, @Nullable String reason, String trafficType, @Nullable String policy,
		CodePoint requested, @Nullable CodePoint applied, boolean inForce, @Nullable String note, @Nullable Long rate,
		@JsonInclude(JsonInclude.Include.NON_NULL) @Nullable PathDescriptor path) implements OperationResponseBody {

	static FlowDescriptor of(QosFlow flow, String handle, @Nullable String policy, Addresses addresses,
			@Nullable PathDescriptor path) {
		QosSocket socket = flow.socket();
		QosFlowOptions options = flow.options();
		FlowStatus status = flow.status();
		Marking marking = flow.marking();
		FlowRate rate = options.rate();
		return new FlowDescriptor(flow.id(), handle, socket.isStream() ? "tcp" : "udp", kind(socket),
				addresses.local(socket), addresses.remote(socket), status.state().name(),
				addresses.hideIn(status.reason(), status.failure()), Names.of(options.trafficType()), policy,
				CodePoint.of(marking.requested()), CodePoint.ofNullable(marking.applied()), marking.isApplied(),
				addresses.hideIn(marking.note(), socket), (rate != null) ? rate.bitsPerSecond() : null, path);
	}

	private static String kind(QosSocket socket) {
		if (!socket.isStream()) {
			return "datagram";
		}
		return socket.isListener() ? "listener" : "connection";
	}

}
