package io.github.qos4j;

import java.util.OptionalInt;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link TrafficType} and {@link MarkingProfile}.
 */
class TrafficTypeTests {

	@ParameterizedTest
	@CsvSource({ "BEST_EFFORT, 0, -1, 0", "BACKGROUND, 8, 2, 8", "EXCELLENT_EFFORT, 40, 5, 18",
			"AUDIO_VIDEO, 40, 5, 34", "VOICE, 56, 7, 46", "CONTROL, 56, 7, 24" })
	void typesHaveTheMarksOfTheirTable(TrafficType type, int dscp, int ieee8021p, int rfc8837) {
		assertThat(type.dscp().value()).isEqualTo(dscp);
		assertThat(type.ieee8021p()).isEqualTo((ieee8021p < 0) ? OptionalInt.empty() : OptionalInt.of(ieee8021p));
		assertThat(MarkingProfile.QWAVE.dscp(type)).isEqualTo(type.dscp());
		assertThat(MarkingProfile.named("RFC8837").dscp(type).value()).isEqualTo(rfc8837);
	}

	@Test
	void changedTypeLeavesTheProfileItCameFromAlone() {
		MarkingProfile profile = MarkingProfile.QWAVE.with(TrafficType.VOICE, Dscp.EF);
		assertThat(profile.dscp(TrafficType.VOICE)).isEqualTo(Dscp.EF);
		assertThat(profile.dscp(TrafficType.CONTROL)).isEqualTo(Dscp.of(56));
		assertThat(MarkingProfile.QWAVE.dscp(TrafficType.VOICE)).isEqualTo(Dscp.of(56));
	}

	@Test
	void unknownProfileIsRefusedWithWhatThereIs() {
		assertThatIllegalArgumentException().isThrownBy(() -> MarkingProfile.named("rfc4594"))
			.withMessage("Marking profile must be one of qwave, rfc8837 but was 'rfc4594'");
	}

	@Test
	void optionsOfATypeAreShared() {
		assertThat(QosFlowOptions.of(TrafficType.VOICE)).isSameAs(QosFlowOptions.of(TrafficType.VOICE));
		assertThatIllegalArgumentException().isThrownBy(() -> QosFlowOptions.of(null))
			.withMessage("'trafficType' must not be null");
	}

}
