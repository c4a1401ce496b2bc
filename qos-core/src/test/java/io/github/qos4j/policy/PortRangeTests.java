package io.github.qos4j.policy;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link PortRange}.
 */
class PortRangeTests {

	@Test
	void parsesPortsAndRanges() {
		assertThat(PortRange.parse(" 5060 ")).isEqualTo(new PortRange(5060, 5060)).hasToString("5060");
		assertThat(PortRange.parse("1 - 65535")).isEqualTo(PortRange.ANY).hasToString("1-65535");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "0", "65536", "-1", "1-", "-", "a", "5-4", "1-65536", "1,2", "9999999999", "1-2-3" })
	void refusesWhatIsNoPort(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> PortRange.parse(text)).withMessageContaining("ort");
	}

	@Test
	void containsItsEnds() {
		PortRange range = new PortRange(10, 20);
		assertThat(List.of(9, 10, 20, 21)).extracting(range::contains).containsExactly(false, true, true, false);
		assertThat(range.size()).isEqualTo(11);
	}

	@Test
	void overlapsWhereOnePortIsInBoth() {
		PortRange range = new PortRange(10, 20);
		assertThat(range.overlaps(new PortRange(20, 30))).isTrue();
		assertThat(range.overlaps(new PortRange(1, 10))).isTrue();
		assertThat(range.overlaps(new PortRange(12, 13))).isTrue();
		assertThat(range.overlaps(new PortRange(21, 30))).isFalse();
		assertThat(range.overlaps(new PortRange(1, 9))).isFalse();
	}

}
