package io.github.qos4j;

import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link Dscp}.
 */
class DscpTests {

	@ParameterizedTest
	@CsvSource({ "DF, 0", "CS0, 0", "LE, 1", "CS1, 8", "AF11, 10", "AF12, 12", "AF13, 14", "CS2, 16", "AF21, 18",
			"AF22, 20", "AF23, 22", "CS3, 24", "AF31, 26", "AF32, 28", "AF33, 30", "CS4, 32", "AF41, 34", "AF42, 36",
			"AF43, 38", "CS5, 40", "VOICE-ADMIT, 44", "voice_admit, 44", "EF, 46", "ef, 46", "' Ef ', 46", "CS6, 48",
			"CS7, 56", "0, 0", "7, 7", "63, 63" })
	void parseTakesNamesAndNumbers(String text, int value) {
		assertThat(Dscp.parse(text)).isEqualTo(Dscp.of(value));
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "", " ", "64", "-1", "046", "00", "4.6", "0x2E", "CS8", "AF14", "AF51", "EFX", "99999999999" })
	void parseRefusesEverythingElse(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> Dscp.parse(text)).withMessageContaining("DSCP must be");
	}

	@Test
	void parseOfNullNamesTheArgument() {
		assertThatIllegalArgumentException().isThrownBy(() -> Dscp.parse(null)).withMessage("'text' must not be null");
	}

	@ParameterizedTest
	@ValueSource(ints = { -1, 64, Integer.MIN_VALUE, Integer.MAX_VALUE })
	void valuesOutOfRangeAreRefused(int value) {
		assertThatIllegalArgumentException().isThrownBy(() -> Dscp.of(value))
			.withMessageStartingWith("DSCP must be 0 to 63 but was " + value);
		assertThatIllegalArgumentException().isThrownBy(() -> new Dscp(value));
	}

	@Test
	void shiftedByteIsRecognised() {
		assertThatIllegalArgumentException().isThrownBy(() -> Dscp.of(184))
			.withMessage("DSCP must be 0 to 63 but was 184 (as a TOS byte that is DSCP 46)");
	}

	@Test
	void namesParseBackToTheSameValue() {
		assertThat(IntStream.range(0, 64).mapToObj(Dscp::of)).allSatisfy((dscp) -> {
			assertThat(Dscp.parse(dscp.name())).isEqualTo(dscp);
			assertThat(dscp.toString()).startsWith(Integer.toString(dscp.value()));
		});
		assertThat(Dscp.EF).hasToString("46 (EF)");
		assertThat(Dscp.DF.name()).isEqualTo("DF");
		assertThat(Dscp.of(3)).hasToString("3");
	}

}
