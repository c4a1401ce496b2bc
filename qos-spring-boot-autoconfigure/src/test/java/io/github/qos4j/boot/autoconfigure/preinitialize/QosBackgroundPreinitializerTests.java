package io.github.qos4j.boot.autoconfigure.preinitialize;

import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.preinitialize.BackgroundPreinitializer;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link QosBackgroundPreinitializer}.
 */
class QosBackgroundPreinitializerTests {

	@Test
	void isFoundAndFailsAtNothing() throws Exception {
		List<BackgroundPreinitializer> all = SpringFactoriesLoader.loadFactories(BackgroundPreinitializer.class, null);
		assertThat(all).filteredOn(QosBackgroundPreinitializer.class::isInstance)
			.singleElement()
			// What is thrown here, the background would keep to itself.
			.satisfies(BackgroundPreinitializer::preinitialize);
	}

}
