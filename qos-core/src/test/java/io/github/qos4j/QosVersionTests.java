package io.github.qos4j;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link QosVersion}.
 */
class QosVersionTests {

	@Test
	void parseTakesTheOnlyVersion() {
		assertThat(QosVersion.parse("1.0")).isEqualTo(QosVersion.V1_0).hasToString("1.0");
		assertThat(QosVersion.parse(" 1.0 ")).isEqualTo(QosVersion.V1_0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "1", "1.1", "2.0", "0.0", "01.0", "1.00", "1.0.0", "abc", "1,0" })
	void parseRefusesEverythingElse(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> QosVersion.parse(text))
			.withMessage("QoS version must be 1.0 but was '" + text + "'");
	}

	@Test
	void otherVersionsCannotBeMade() {
		assertThatIllegalArgumentException().isThrownBy(() -> new QosVersion(1, 5))
			.withMessage("QoS version must be 1.0 but was 1.5");
	}

}
