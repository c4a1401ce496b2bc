package io.github.qos4j.boot.endpoint;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import io.github.qos4j.QosHandle;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link QosEndpoint} over HTTP. A request that is refused is answered with the reason,
 * and with status 400 for a wrong parameter, 404 for something that there is not, and 409
 * for something that cannot be done now.
 */
@EndpointWebExtension(endpoint = QosEndpoint.class)
// The operations return none of these by name, and a native image has to know them.
@RegisterReflectionForBinding({ FlowDescriptor.class, FlowPage.class, PolicyDescriptor.class, Problem.class,
		QosDescriptor.Handles.class, QosDescriptor.Policies.class, QosDescriptor.Probe.class })
public class QosEndpointWebExtension {

	private static final String FLOWS = "flows";

	private static final String POLICIES = "policies";

	private static final String PROBE = "probe";

	private final QosEndpoint endpoint;

	private final Show showValues;

	private final Set<String> roles;

	/**
	 * Create an extension.
	 * @param endpoint the endpoint
	 * @param showValues when to show addresses
	 * @param roles the roles that may see addresses where not everybody may; empty for
	 * all users
	 */
	public QosEndpointWebExtension(QosEndpoint endpoint, Show showValues, Set<String> roles) {
		this.endpoint = endpoint;
		this.showValues = showValues;
		this.roles = Set.copyOf(roles);
	}

	/**
	 * Show everything but the flows.
	 * @param securityContext who asks
	 * @return what there is
	 */
	@ReadOperation
	public WebEndpointResponse<OperationResponseBody> qos(SecurityContext securityContext) {
		return answer(securityContext, this.endpoint::qos);
	}

	/**
	 * Show flows, policies or the last probe.
	 * @param securityContext who asks
	 * @param section {@code flows}, {@code policies} or {@code probe}
	 * @param page the number of the page of flows, from 0
	 * @param size how many flows a page has at most, 1 to 1000
	 * @param handle the name of the handle's bean
	 * @param state the state of the flows
	 * @param type the traffic type of the flows
	 * @param policy the name of the policy that the flows follow
	 * @param peer a part of the peer's address and port
	 * @return what there is
	 */
	@ReadOperation
	public WebEndpointResponse<OperationResponseBody> section(SecurityContext securityContext, @Selector String section,
			@Nullable String page, @Nullable String size, @Nullable String handle, @Nullable String state,
			@Nullable String type, @Nullable String policy, @Nullable String peer) {
		return answer(securityContext, (addresses) -> switch (section) {
			case FLOWS ->
				this.endpoint.flows().page(FlowFilter.parse(page, size, handle, state, type, policy, peer), addresses);
			case POLICIES -> new QosDescriptor.Policies(this.endpoint.policies().all(addresses));
			case PROBE -> new QosDescriptor.Probe(this.endpoint.probes().last(addresses));
			default -> throw unknown(section, "flows, policies, probe");
		});
	}

	/**
	 * Show a flow with its path, or a policy.
	 * @param securityContext who asks
	 * @param section {@code flows} or {@code policies}
	 * @param id the number of the flow, or the name of the policy
	 * @return what there is
	 */
	@ReadOperation
	public WebEndpointResponse<OperationResponseBody> one(SecurityContext securityContext, @Selector String section,
			@Selector String id) {
		return answer(securityContext, (addresses) -> switch (section) {
			case FLOWS -> this.endpoint.flows().one(id, addresses);
			case POLICIES -> this.endpoint.policies().one(id, addresses);
			default -> throw unknown(section, "flows, policies");
		});
	}

	/**
	 * Pause or resume marking, open handles anew, or probe a path.
	 * @param securityContext who asks
	 * @param section {@code pause}, {@code resume}, {@code reopen} or {@code probe}
	 * @param handle the name of the handle's bean; all handles without it
	 * @param peer the host and port of the responder; this machine without it
	 * @return the handles, or what the probe has found
	 */
	@WriteOperation
	public WebEndpointResponse<OperationResponseBody> act(SecurityContext securityContext, @Selector String section,
			@Nullable String handle, @Nullable String peer) {
		return answer(securityContext, (addresses) -> {
			HandleReports handles = this.endpoint.handles();
			return switch (section) {
				case "pause" -> handles(handles.change(handle, QosHandle::pauseMarking), addresses);
				case "resume" -> handles(handles.change(handle, QosHandle::resumeMarking), addresses);
				case "reopen" -> handles(handles.change(handle, QosHandle::reopen), addresses);
				case PROBE -> new QosDescriptor.Probe(this.endpoint.probes().run(peer, addresses));
				default -> throw unknown(section, "pause, resume, reopen, probe");
			};
		});
	}

	/**
	 * Change a flow or a policy.
	 * @param securityContext who asks
	 * @param section {@code flows} or {@code policies}
	 * @param id the number of the flow, or the name of the policy
	 * @param trafficType the new traffic type
	 * @param dscp the new code point of a policy, or {@code none}
	 * @param rate the new rate of a policy, or {@code none}
	 * @return the flow or the policy
	 */
	@WriteOperation
	public WebEndpointResponse<OperationResponseBody> change(SecurityContext securityContext, @Selector String section,
			@Selector String id, @Nullable String trafficType, @Nullable String dscp, @Nullable String rate) {
		return answer(securityContext, (addresses) -> switch (section) {
			case FLOWS -> this.endpoint.flows().change(id, trafficType, addresses);
			case POLICIES -> this.endpoint.policies().change(id, trafficType, dscp, rate, addresses);
			default -> throw unknown(section, "flows, policies");
		});
	}

	private OperationResponseBody handles(Map<String, QosHandle> changed, Addresses addresses) {
		return new QosDescriptor.Handles(this.endpoint.handles().describe(changed, addresses));
	}

	private static RefusedRequestException unknown(String section, String known) {
		return RefusedRequestException.unknown("There is no '" + section + "' here but " + known + ".");
	}

	private WebEndpointResponse<OperationResponseBody> answer(SecurityContext securityContext,
			Function<Addresses, OperationResponseBody> operation) {
		boolean shown = this.showValues.isShown(securityContext, this.roles);
		try {
			return new WebEndpointResponse<>(operation.apply(this.endpoint.addresses(shown)));
		}
		catch (RefusedRequestException ex) {
			// With the reason in the body: Boot's own answers leave it out by default.
			return new WebEndpointResponse<>(new Problem(ex.reason()), ex.status());
		}
	}

}
