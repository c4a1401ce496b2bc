package io.github.qos4j;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link FlowRate}.
 */
class FlowRateTests {

	@ParameterizedTest
	@CsvSource({ "64000, 64000", "64000bps, 64000", "500kbps, 500000", "500 KBPS, 500000", "2Mbps, 2000000",
			"1.5mbps, 1500000", "10Gbps, 10000000000", " 8kbps , 8000" })
	void parses(String text, long bitsPerSecond) {
		assertThat(FlowRate.parse(text)).isEqualTo(FlowRate.of(bitsPerSecond));
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "-1", "-2Mbps", "7999", "7.9kbps", "0.001Mbps" })
	void refusesWhatIsTooLow(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> FlowRate.parse(text))
			.withMessage("Rate must be at least 8000 bits per second but was '" + text + "'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "18446744074Gbps", "999999999999Gbps" })
	void refusesWhatIsTooHigh(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> FlowRate.parse(text))
			.withMessage("Rate must be at most 9223372036854775807 bits per second but was '" + text + "'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "fast", "2M", "2MB", "2Mbit/s", "1e6", "0x10", "1,5Mbps", "Mbps", "9999999999999" })
	void refusesWhatIsNoRate(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> FlowRate.parse(text))
			.withMessageContaining("64kbps, 2Mbps or 1Gbps")
			.withMessageContaining("'" + text + "'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "2MBps", "500kBps" })
	void refusesBytes(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> FlowRate.parse(text))
			.withMessageContaining("'" + text + "', which could be bytes");
	}

}
