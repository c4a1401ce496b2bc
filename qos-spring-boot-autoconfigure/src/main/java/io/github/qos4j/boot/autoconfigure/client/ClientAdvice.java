package io.github.qos4j.boot.autoconfigure.client;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.qos4j.MarkingProfile;
import io.github.qos4j.boot.client.ClientMarker;
import io.github.qos4j.boot.policy.NetQosPolicyCommand;
import io.github.qos4j.policy.PolicyMatch;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Tells once at the start which clients policies cannot reach, and what to do about it.
 * Silent where nothing is to be marked, or where the look through the process reaches
 * them.
 */
final class ClientAdvice implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(ClientAdvice.class);

	private final ConfigurableListableBeanFactory beans;

	private final ClientMarker marker;

	private final Supplier<MarkingProfile> profile;

	private final boolean looksThroughProcess;

	private final String system;

	/**
	 * Create advice.
	 * @param beans tells which clients are used
	 * @param marker tells the policies
	 * @param profile gives the code points of the traffic types
	 * @param looksThroughProcess whether the look through the process is on
	 * @param system the name of the operating system
	 */
	ClientAdvice(ConfigurableListableBeanFactory beans, ClientMarker marker, Supplier<MarkingProfile> profile,
			boolean looksThroughProcess, String system) {
		this.beans = beans;
		this.marker = marker;
		this.profile = profile;
		this.looksThroughProcess = looksThroughProcess;
		this.system = system.toLowerCase(Locale.ROOT);
	}

	@Override
	public void afterSingletonsInstantiated() {
		warnings().forEach(logger::warn);
	}

	List<String> warnings() {
		List<QosPolicy> policies = policiesOfClients();
		if (policies.isEmpty() || (this.looksThroughProcess && isLinux())) {
			return List.of();
		}
		List<String> warnings = new ArrayList<>();
		clients()
			.forEach((client) -> warnings.add(client.use() + ", which shows nobody its sockets: policies do not mark "
					+ "its connections. To mark them, " + remedies(client)));
		if (!warnings.isEmpty() && isWindows()) {
			warnings.add("Windows itself marks what these policies match by rules that an administrator adds in "
					+ "PowerShell; Remove-NetQosPolicy removes them:" + commands(policies));
		}
		return warnings;
	}

	/**
	 * Return the policies that the connections of clients may have. One that is for local
	 * ports alone is for a server.
	 */
	private List<QosPolicy> policiesOfClients() {
		QosPolicies policies = this.marker.marker().policies();
		String name = this.marker.policy();
		return policies.all()
			.stream()
			.filter((policy) -> isForClients(policy.match())
					|| (name != null && policies.named(name).filter(policy::equals).isPresent()))
			.toList();
	}

	private static boolean isForClients(@Nullable PolicyMatch match) {
		return match != null && (!match.remoteAddresses().isEmpty() || !match.remotePorts().isEmpty()
				|| match.localPorts().isEmpty());
	}

	private Set<ClientWithoutHook> clients() {
		Set<ClientWithoutHook> clients = EnumSet.noneOf(ClientWithoutHook.class);
		for (String name : this.beans.getSingletonNames()) {
			Object bean = this.beans.getSingleton(name);
			if (bean != null) {
				ClientWithoutHook.usedBy(bean).forEach(clients::add);
			}
		}
		return clients;
	}

	private String remedies(ClientWithoutHook client) {
		String process = isLinux() ? "set qos.process.enabled=true" : isWindows() ? "add the rules below" : null;
		List<String> remedies = Stream.of(client.remedy(), process).filter((remedy) -> remedy != null).toList();
		return remedies.isEmpty() ? "run on Linux with qos.process.enabled=true" : String.join(", or ", remedies);
	}

	private String commands(List<QosPolicy> policies) {
		return policies.stream()
			.flatMap((policy) -> NetQosPolicyCommand.of(policy, this.profile.get()).stream())
			.map((command) -> System.lineSeparator() + command)
			.collect(Collectors.joining());
	}

	private boolean isLinux() {
		return this.system.startsWith("linux");
	}

	private boolean isWindows() {
		return this.system.startsWith("windows");
	}

}
