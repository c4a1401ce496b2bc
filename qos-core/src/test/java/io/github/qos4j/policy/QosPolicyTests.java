package io.github.qos4j.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.qos4j.Dscp;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link QosPolicy} and {@link PolicyMatch}.
 */
class QosPolicyTests {

	static Stream<Dscp> codePoints() {
		return IntStream.range(0, 64).mapToObj(Dscp::of);
	}

	@ParameterizedTest
	@MethodSource("codePoints")
	void codePointHasTrafficTypeThatSuitsIt(Dscp dscp) {
		TrafficType expected = switch (dscp.name()) {
			case "DF" -> TrafficType.BEST_EFFORT;
			case "LE", "CS1" -> TrafficType.BACKGROUND;
			case "CS2", "AF11", "AF12", "AF13", "AF21", "AF22", "AF23" -> TrafficType.EXCELLENT_EFFORT;
			case "CS3", "CS4", "CS5", "AF31", "AF32", "AF33", "AF41", "AF42", "AF43" -> TrafficType.AUDIO_VIDEO;
			case "VOICE-ADMIT", "EF" -> TrafficType.VOICE;
			case "CS6", "CS7" -> TrafficType.CONTROL;
			// It has no name: like the class selector below it.
			default -> QosPolicy.trafficTypeOf(Dscp.of(dscp.value() / 8 * 8));
		};
		assertThat(QosPolicy.trafficTypeOf(dscp)).isEqualTo(expected);
	}

	@Test
	void everyTrafficTypeSuitsSomeCodePoint() {
		assertThat(codePoints().map(QosPolicy::trafficTypeOf)).contains(TrafficType.values());
	}

	@Test
	void trafficTypeIsPolicyOfItsName() {
		assertThat(Arrays.stream(TrafficType.values()).map(QosPolicy::of).map(QosPolicy::name))
			.containsExactly("best-effort", "background", "excellent-effort", "audio-video", "voice", "control");
		assertThat(QosPolicy.of(TrafficType.VOICE).match()).isNull();
	}

	@Test
	void nameMustHaveLetterOrDigit() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new QosPolicy("-.", QosFlowOptions.of(TrafficType.VOICE), null))
			.withMessage("'name' must have a letter or a digit but was '-.'");
	}

	@Test
	void matchMustHaveCriterion() {
		assertThatIllegalArgumentException().isThrownBy(() -> new PolicyMatch(List.of(), List.of(), List.of(), null))
			.withMessage("A match must have at least one criterion");
	}

	@Test
	void matchKeepsItsOwnLists() {
		List<PortRange> ports = new ArrayList<>(Set.of(new PortRange(1, 1)));
		PolicyMatch match = new PolicyMatch(List.of(), ports, List.of(), null);
		ports.clear();
		assertThat(match.remotePorts()).containsExactly(new PortRange(1, 1));
	}

}
