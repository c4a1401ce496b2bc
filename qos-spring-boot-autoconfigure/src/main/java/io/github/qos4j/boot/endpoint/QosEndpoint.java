package io.github.qos4j.boot.endpoint;

import java.util.List;
import java.util.Map;

import io.github.qos4j.QosHandle;
import io.github.qos4j.policy.PolicyMarker;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * {@link Endpoint} that shows each handle, policy and flow, with what was asked for and
 * what is in force, and that changes them while the application runs: pauses and resumes
 * marking, opens handles anew, changes flows and policies, and probes paths. By default
 * it can only be read.
 * <p>
 * What there is over HTTP is in {@link QosEndpointWebExtension}, and over JMX in
 * {@link QosEndpointJmxExtension}. Thread-safe. Operations wait for the system, for
 * seconds at most; Spring Boot does not call them on event loops.
 */
@Endpoint(id = "qos", defaultAccess = Access.READ_ONLY)
public class QosEndpoint {

	private final Sanitizer sanitizer;

	private final Show showValues;

	private final HandleReports handles;

	private final PolicyReports policies;

	private final FlowReports flows;

	private final ProbeRuns probes;

	/**
	 * Create an endpoint.
	 * @param handles the handles by the names of their beans
	 * @param markers the markers whose policies are shown and changed
	 * @param requests tells which requests policies are for
	 * @param sanitizingFunctions functions that hide addresses where they are shown
	 * @param showValues when to show addresses
	 */
	public QosEndpoint(Map<String, QosHandle> handles, List<PolicyMarker> markers, RequestCriteria requests,
			Iterable<SanitizingFunction> sanitizingFunctions, Show showValues) {
		this(handles, new PolicyReports(markers, requests), new Sanitizer(sanitizingFunctions), showValues,
				new ProbeRuns());
	}

	QosEndpoint(Map<String, QosHandle> handles, PolicyReports policies, Sanitizer sanitizer, Show showValues,
			ProbeRuns probes) {
		this.handles = new HandleReports(handles);
		this.policies = policies;
		this.flows = new FlowReports(this.handles, policies);
		this.sanitizer = sanitizer;
		this.showValues = showValues;
		this.probes = probes;
	}

	/**
	 * Show everything but the flows, to somebody of whom nothing is known.
	 * @return what there is
	 */
	@ReadOperation
	public QosDescriptor qos() {
		return qos(addresses());
	}

	QosDescriptor qos(Addresses addresses) {
		return new QosDescriptor(this.handles.describe(this.handles.named(null), addresses),
				this.policies.all(addresses), this.probes.last(addresses));
	}

	HandleReports handles() {
		return this.handles;
	}

	FlowReports flows() {
		return this.flows;
	}

	PolicyReports policies() {
		return this.policies;
	}

	ProbeRuns probes() {
		return this.probes;
	}

	/**
	 * Return what shows addresses to somebody of whom nothing is known.
	 */
	Addresses addresses() {
		return addresses(this.showValues.isShown(true));
	}

	Addresses addresses(boolean shown) {
		return new Addresses(this.sanitizer, shown);
	}

}
