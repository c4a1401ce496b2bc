package io.github.qos4j;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MarkingProfile}.
 */
class MarkingProfileTests {

	@Test
	void givesEachTypeTheCodePointOfItsProfile() {
		assertThat(TrafficType.values())
			.allSatisfy((type) -> assertThat(MarkingProfile.QWAVE.dscp(type)).isEqualTo(type.dscp()));
		assertThat(TrafficType.values()).extracting((type) -> MarkingProfile.RFC8837.dscp(type).value())
			.containsExactly(0, 8, 18, 34, 46, 24);
	}

	@Test
	void changeIsOfOneTypeInANewProfile() {
		MarkingProfile changed = MarkingProfile.RFC8837.with(TrafficType.VOICE, Dscp.of(44));
		assertThat(changed.dscp(TrafficType.VOICE).value()).isEqualTo(44);
		assertThat(changed.dscp(TrafficType.CONTROL).value()).isEqualTo(24);
		assertThat(MarkingProfile.RFC8837.dscp(TrafficType.VOICE)).isEqualTo(Dscp.EF);
	}

	@Test
	void tellsItsNameAndWhatWasChanged() {
		assertThat(MarkingProfile.named("QWave")).hasToString("qwave");
		assertThat(MarkingProfile.RFC8837).hasToString("rfc8837");
		assertThat(MarkingProfile.QWAVE.with(TrafficType.VOICE, Dscp.of(40))
			.with(TrafficType.BACKGROUND, Dscp.parse("LE"))
			.with(TrafficType.VOICE, Dscp.EF)).hasToString("qwave, BACKGROUND 1 (LE), VOICE 46 (EF)");
	}

}
