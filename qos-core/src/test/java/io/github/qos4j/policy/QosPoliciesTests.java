package io.github.qos4j.policy;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.TrafficType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link QosPolicies}.
 */
class QosPoliciesTests {

	private static final InetSocketAddress LOCAL = new InetSocketAddress("127.0.0.1", 9000);

	@Test
	void trafficTypesAreAlwaysThere() {
		assertThat(QosPolicies.none().named("Audio_Video")).hasValue(QosPolicy.of(TrafficType.AUDIO_VIDEO));
		assertThat(QosPolicies.none().named("audio-video")).hasValue(QosPolicy.of(TrafficType.AUDIO_VIDEO));
		assertThat(QosPolicies.none().all()).hasSize(6);
		assertThat(QosPolicies.none().haveMatches()).isFalse();
		assertThat(QosPolicies.none()).hasToString("[]");
	}

	@Test
	void policyTakesThePlaceOfTrafficTypeOfItsName() {
		QosPolicy voice = new QosPolicy("Voice", QosFlowOptions.of(TrafficType.CONTROL), null);
		QosPolicies policies = QosPolicies.of(List.of(voice));
		assertThat(policies.require("voice")).isSameAs(voice);
		assertThat(policies.all()).hasSize(6).startsWith(voice);
		assertThat(policies).hasToString("[Voice]");
	}

	@Test
	void unknownNameIsToldWithThoseThereAre() {
		assertThat(QosPolicies.none().named("media")).isEmpty();
		assertThatIllegalArgumentException().isThrownBy(() -> QosPolicies.none().require("media"))
			.withMessage("Policy must be one of best-effort, background, excellent-effort, audio-video, voice, "
					+ "control but was 'media'");
	}

	@Test
	void addressDecidesBeforePortsAndPortsBeforeProtocol() {
		QosPolicies policies = policies(policy("protocol", null, null, null, TransportProtocol.TCP),
				policy("local", null, null, "9000", null), policy("wide", null, "1-10000", null, null),
				policy("port", null, "5060", null, null), policy("all", "0.0.0.0/0", null, null, null),
				policy("network", "10.0.0.0/8", null, null, null), policy("address", "10.0.0.1", null, null, null),
				policy("host", "a.example", null, null, null));
		assertThat(match(policies, InetSocketAddress.createUnresolved("a.example", 5060))).isEqualTo("host");
		assertThat(match(policies, new InetSocketAddress("10.0.0.1", 5060))).isEqualTo("address");
		assertThat(match(policies, new InetSocketAddress("10.0.0.2", 5060))).isEqualTo("network");
		assertThat(match(policies, new InetSocketAddress("11.0.0.2", 5060))).isEqualTo("all");
		assertThat(match(policies, new InetSocketAddress("::1", 5060))).isEqualTo("port");
		assertThat(match(policies, new InetSocketAddress("::1", 5061))).isEqualTo("wide");
		assertThat(match(policies, new InetSocketAddress("::1", 10001))).isEqualTo("local");
		assertThat(policies.match(new Endpoints(TransportProtocol.TCP, null, null)).map(QosPolicy::name))
			.hasValue("protocol");
		assertThat(policies.match(new Endpoints(TransportProtocol.UDP, null, null))).isEmpty();
	}

	private static @Nullable String match(QosPolicies policies, InetSocketAddress remote) {
		return policies.match(new Endpoints(TransportProtocol.TCP, LOCAL, remote)).map(QosPolicy::name).orElse(null);
	}

	@Test
	void orderOfPoliciesDoesNotMatter() {
		QosPolicy port = policy("port", null, "5060", null, null);
		QosPolicy range = policy("range", null, "5000-6000", null, null);
		InetSocketAddress remote = new InetSocketAddress("10.0.0.1", 5060);
		assertThat(match(policies(port, range), remote)).isEqualTo("port");
		assertThat(match(policies(range, port), remote)).isEqualTo("port");
	}

	@Test
	void policiesThatAreAlikeAreRefused() {
		assertConflict(policy("a", "10.0.0.0/8", null, null, null), policy("b", "10.0.0.0/8", null, null, null));
		assertConflict(policy("a", null, "10-20", null, null), policy("b", null, "20-30", null, null));
		assertConflict(policy("a", null, null, "10", null), policy("b", null, null, "10", null));
		assertConflict(policy("a", null, null, null, TransportProtocol.TCP),
				policy("b", null, null, null, TransportProtocol.TCP));
		assertConflict(policy("a", "a.example", null, null, null), policy("b", "A.example.", null, null, null));
		assertConflict(policy("my-a", null, "1", null, null), policy("MyA", null, "2", null, null));
	}

	private static void assertConflict(QosPolicy first, QosPolicy second) {
		assertThatExceptionOfType(ConflictingPoliciesException.class).isThrownBy(() -> policies(first, second))
			.satisfies((ex) -> assertThat(List.of(ex.first(), ex.second())).containsExactlyInAnyOrder(first.name(),
					second.name()))
			.withMessageContaining("'" + second.name() + "'");
	}

	@Test
	void policiesThatOverlapButDifferAreTaken() {
		policies(policy("a", null, "10-20", null, null), policy("b", null, "20-31", null, null),
				policy("c", null, "40-50", null, null), policy("d", null, "1-100", null, TransportProtocol.TCP),
				policy("e", null, "1-100", null, null), policy("f", null, "1-101", null, TransportProtocol.TCP),
				policy("g", null, "1-101", null, TransportProtocol.UDP), policy("h", "10.0.0.0/8", null, null, null),
				policy("i", "11.0.0.0/8", null, null, null), policy("j", "10.0.0.0/9", null, null, null));
	}

	@Test
	void onePolicyMayBeAlikeWithItself() {
		PolicyMatch match = new PolicyMatch(List.of(), List.of(PortRange.parse("10-20"), PortRange.parse("15-25")),
				List.of(), null);
		assertThat(match(policies(new QosPolicy("a", QosFlowOptions.of(TrafficType.VOICE), match)),
				new InetSocketAddress("::1", 17)))
			.isEqualTo("a");
	}

	@Test
	void hostsAreThoseOfMatches() {
		assertThat(policies(policy("a", "B.example", null, null, null), policy("b", "10.0.0.1", null, null, null),
				policy("c", null, "1", null, null))
			.hosts()).containsExactly("b.example");
	}

	/**
	 * Compares with the rules of the class's Javadoc, written down again for one policy
	 * at a time.
	 */
	@Test
	void matchesLikeTheRulesSay() throws UnknownHostException {
		long seed = Long.getLong("qos4j.seed", System.nanoTime());
		System.out.println("Seed of policies: " + seed);
		Random random = new Random(seed);
		int matched = 0;
		for (int round = 0; round < 300; round++) {
			List<QosPolicy> accepted = new ArrayList<>();
			for (int i = 0; i < 12; i++) {
				List<QosPolicy> more = new ArrayList<>(accepted);
				more.add(random(random, "p" + i));
				try {
					QosPolicies.of(more);
					accepted = more;
				}
				catch (ConflictingPoliciesException ex) {
					// Alike: the oracle would not know which.
				}
			}
			QosPolicies policies = QosPolicies.of(accepted);
			for (int i = 0; i < 50; i++) {
				Endpoints endpoints = endpoints(random);
				QosPolicy expected = oracle(accepted, endpoints);
				assertThat(policies.match(endpoints).orElse(null)).as("seed %d, %s of %s", seed, endpoints, accepted)
					.isEqualTo(expected);
				matched += (expected != null) ? 1 : 0;
			}
		}
		assertThat(matched).isPositive();
	}

	private static QosPolicy random(Random random, String name) {
		while (true) {
			TransportProtocol protocol = random.nextInt(3) == 0 ? TransportProtocol.values()[random.nextInt(2)] : null;
			List<RemoteAddress> addresses = new ArrayList<>();
			for (int i = random.nextInt(3); i > 0; i--) {
				addresses.add(RemoteAddress.parse(pick(random, "10.0.0.0/30", "10.0.0.0/31", "10.0.0.2/31", "10.0.0.1",
						"10.0.0.2", "::/0", "2001:db8::/127", "2001:db8::1")));
			}
			List<PortRange> remote = ports(random);
			List<PortRange> local = ports(random);
			if (!addresses.isEmpty() || !remote.isEmpty() || !local.isEmpty() || protocol != null) {
				return new QosPolicy(name, QosFlowOptions.of(TrafficType.VOICE),
						new PolicyMatch(addresses, remote, local, protocol));
			}
		}
	}

	private static List<PortRange> ports(Random random) {
		List<PortRange> ports = new ArrayList<>();
		for (int i = random.nextInt(3); i > 0; i--) {
			int first = 1 + random.nextInt(4);
			ports.add(new PortRange(first, first + random.nextInt(3)));
		}
		return ports;
	}

	private static Endpoints endpoints(Random random) throws UnknownHostException {
		return new Endpoints(TransportProtocol.values()[random.nextInt(2)],
				random.nextInt(5) == 0 ? null : new InetSocketAddress("127.0.0.1", 1 + random.nextInt(6)),
				random
					.nextInt(5) == 0
							? null
							: new InetSocketAddress(InetAddress.getByName(pick(random, "10.0.0.0", "10.0.0.1",
									"10.0.0.2", "10.0.0.3", "2001:db8::", "2001:db8::1", "11.0.0.1")),
									1 + random.nextInt(6)));
	}

	private static String pick(Random random, String... values) {
		return values[random.nextInt(values.length)];
	}

	private static @Nullable QosPolicy oracle(List<QosPolicy> policies, Endpoints endpoints) {
		QosPolicy best = null;
		int[] bestScore = null;
		for (QosPolicy policy : policies) {
			int[] score = score(policy, endpoints);
			if (score != null && (bestScore == null || Arrays.compare(score, bestScore) > 0)) {
				best = policy;
				bestScore = score;
			}
		}
		return best;
	}

	/**
	 * Return how specific a policy is for a connection, or {@code null} if it does not
	 * match.
	 */
	@SuppressWarnings("NullAway")
	private static int @Nullable [] score(QosPolicy policy, Endpoints endpoints) {
		PolicyMatch match = policy.match();
		int address = -1;
		for (RemoteAddress peers : match.remoteAddresses()) {
			if (endpoints.remote() != null && contains(peers.toString(), endpoints.remote().getAddress())) {
				address = Math.max(address, bits(peers.toString()));
			}
		}
		Integer remote = fewest(match.remotePorts(), endpoints.remote());
		Integer local = fewest(match.localPorts(), endpoints.local());
		boolean protocol = match.protocol() == null || match.protocol() == endpoints.protocol();
		if (address < 0 && !match.remoteAddresses().isEmpty() || remote == null || local == null || !protocol) {
			return null;
		}
		return new int[] { address, -remote, -local, (match.protocol() != null) ? 1 : 0 };
	}

	private static @Nullable Integer fewest(List<PortRange> ports, @Nullable InetSocketAddress address) {
		if (ports.isEmpty()) {
			return 65535;
		}
		return ports.stream()
			.filter((range) -> address != null && range.first() <= address.getPort()
					&& address.getPort() <= range.last())
			.map((range) -> range.last() - range.first() + 1)
			.min(Integer::compare)
			.orElse(null);
	}

	private static boolean contains(String network, InetAddress address) {
		try {
			byte[] first = InetAddress.getByName(network.replaceAll("/.*", "")).getAddress();
			byte[] second = address.getAddress();
			if (network.equals("::/0")) {
				return true;
			}
			int prefix = network.contains("/") ? Integer.parseInt(network.replaceAll(".*/", "")) : first.length * 8;
			return first.length == second.length && new BigInteger(1, first).shiftRight(first.length * 8 - prefix)
				.equals(new BigInteger(1, second).shiftRight(first.length * 8 - prefix));
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static int bits(String network) {
		int most = network.contains(":") ? 128 : 32;
		int prefix = network.contains("/") ? Integer.parseInt(network.replaceAll(".*/", "")) : most;
		return 128 - most + prefix;
	}

	private static QosPolicies policies(QosPolicy... policies) {
		return QosPolicies.of(List.of(policies));
	}

	private static QosPolicy policy(String name, @Nullable String address, @Nullable String remote,
			@Nullable String local, @Nullable TransportProtocol protocol) {
		return new QosPolicy(name, QosFlowOptions.of(TrafficType.VOICE),
				new PolicyMatch((address != null) ? List.of(RemoteAddress.parse(address)) : List.of(),
						(remote != null) ? List.of(PortRange.parse(remote)) : List.of(),
						(local != null) ? List.of(PortRange.parse(local)) : List.of(), protocol));
	}

}
