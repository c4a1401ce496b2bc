package io.github.qos4j.boot.endpoint;

import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;

import io.github.qos4j.QosHandle;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.jmx.annotation.EndpointJmxExtension;

/**
 * {@link QosEndpoint} over JMX, with an operation of its own for everything. Whatever is
 * {@code null} counts as left out.
 */
@EndpointJmxExtension(endpoint = QosEndpoint.class)
public class QosEndpointJmxExtension {

	private final QosEndpoint endpoint;

	/**
	 * Create an extension.
	 * @param endpoint the endpoint
	 */
	public QosEndpointJmxExtension(QosEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	/**
	 * Show a page of the flows that match, the newest first.
	 * @param page the number of the page, from 0
	 * @param size how many flows a page has at most, 1 to 1000
	 * @param handle the name of the handle's bean
	 * @param state the state
	 * @param type the traffic type
	 * @param policy the name of the policy that they follow
	 * @param peer a part of the peer's address and port
	 * @return the page
	 */
	@ReadOperation
	public FlowPage flows(@Nullable Integer page, @Nullable Integer size, @Nullable String handle,
			@Nullable String state, @Nullable String type, @Nullable String policy, @Nullable String peer) {
		return answer((addresses) -> this.endpoint.flows()
			.page(FlowFilter.parse(Objects.toString(page, null), Objects.toString(size, null), handle, state, type,
					policy, peer), addresses));
	}

	/**
	 * Show a flow with its path.
	 * @param id the number of the flow
	 * @return the flow
	 */
	@ReadOperation
	public FlowDescriptor flow(Long id) {
		return answer((addresses) -> this.endpoint.flows().one(id.toString(), addresses));
	}

	/**
	 * Show the policies.
	 * @return the policies
	 */
	@ReadOperation
	public QosDescriptor.Policies policies() {
		return answer((addresses) -> new QosDescriptor.Policies(this.endpoint.policies().all(addresses)));
	}

	/**
	 * Show the last probe.
	 * @return the probe
	 */
	@ReadOperation
	public QosDescriptor.Probe lastProbe() {
		return answer((addresses) -> new QosDescriptor.Probe(this.endpoint.probes().last(addresses)));
	}

	/**
	 * Pause marking.
	 * @param handle the name of the handle's bean; all handles without it
	 * @return the handles
	 */
	@WriteOperation
	public QosDescriptor.Handles pause(@Nullable String handle) {
		return change(handle, QosHandle::pauseMarking);
	}

	/**
	 * Resume marking.
	 * @param handle the name of the handle's bean; all handles without it
	 * @return the handles
	 */
	@WriteOperation
	public QosDescriptor.Handles resume(@Nullable String handle) {
		return change(handle, QosHandle::resumeMarking);
	}

	/**
	 * Open handles anew.
	 * @param handle the name of the handle's bean; all handles without it
	 * @return the handles
	 */
	@WriteOperation
	public QosDescriptor.Handles reopen(@Nullable String handle) {
		return change(handle, QosHandle::reopen);
	}

	/**
	 * Probe a path.
	 * @param peer the host and port of the responder; this machine without it
	 * @return what the probe has found
	 */
	@WriteOperation
	public QosDescriptor.Probe probe(@Nullable String peer) {
		return answer((addresses) -> new QosDescriptor.Probe(this.endpoint.probes().run(peer, addresses)));
	}

	/**
	 * Change the traffic type of a flow.
	 * @param id the number of the flow
	 * @param trafficType the new traffic type
	 * @return the flow
	 */
	@WriteOperation
	public FlowDescriptor changeFlow(Long id, String trafficType) {
		return answer((addresses) -> this.endpoint.flows().change(id.toString(), trafficType, addresses));
	}

	/**
	 * Change a policy.
	 * @param name the name of the policy
	 * @param trafficType the new traffic type
	 * @param dscp the new code point, or {@code none}
	 * @param rate the new rate, or {@code none}
	 * @return the policy
	 */
	@WriteOperation
	public PolicyDescriptor changePolicy(String name, @Nullable String trafficType, @Nullable String dscp,
			@Nullable String rate) {
		return answer((addresses) -> this.endpoint.policies().change(name, trafficType, dscp, rate, addresses));
	}

	private QosDescriptor.Handles change(@Nullable String handle, Consumer<QosHandle> change) {
		return answer((addresses) -> {
			Map<String, QosHandle> changed = this.endpoint.handles().change(handle, change);
			return new QosDescriptor.Handles(this.endpoint.handles().describe(changed, addresses));
		});
	}

	private <T> T answer(Function<Addresses, T> operation) {
		try {
			return operation.apply(this.endpoint.addresses());
		}
		catch (RefusedRequestException ex) {
			throw new InvalidEndpointRequestException(ex.reason(), ex.reason());
		}
	}

}
