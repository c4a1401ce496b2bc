package io.github.qos4j.boot.autoconfigure;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.github.qos4j.Dscp;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosVersion;
import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.ArgumentCaptor;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link PropertiesQosHandleBuilderCustomizer}.
 */
class PropertiesQosHandleBuilderCustomizerTests {

	private final QosHandle.Builder builder = mock();

	@Test
	void appliesEveryProperty() {
		customize("qos.version=1.0", "qos.backend=none", "qos.close-timeout=4s", "qos.recovery.initial-backoff=2s",
				"qos.recovery.max-backoff=3s", "qos.recovery.check-interval=7s");
		then(this.builder).should().version(QosVersion.V1_0);
		then(this.builder).should().backend("none");
		then(this.builder).should().closeTimeout(Duration.ofSeconds(4));
		then(this.builder).should().recoveryBackoff(Duration.ofSeconds(2), Duration.ofSeconds(3));
		then(this.builder).should().checkInterval(Duration.ofSeconds(7));
	}

	@Test
	void appliesProfile() {
		MarkingProfile profile = profile("qos.marking.profile=rfc8837");
		assertThat(TrafficType.values())
			.allSatisfy((type) -> assertThat(profile.dscp(type)).isEqualTo(MarkingProfile.RFC8837.dscp(type)));
	}

	@ParameterizedTest
	@CsvSource({ "EF, 46", "ef, 46", "cs1, 8", "AF41, 34", "voice-admit, 44", "46, 46", "0, 0" })
	void appliesCodePointOfSingleType(String text, int value) {
		MarkingProfile profile = profile("qos.marking.types.voice=" + text);
		assertThat(profile.dscp(TrafficType.VOICE)).isEqualTo(Dscp.of(value));
		assertThat(profile.dscp(TrafficType.CONTROL)).isEqualTo(TrafficType.CONTROL.dscp());
	}

	@Test
	void codePointOfSingleTypeWinsOverProfile() {
		MarkingProfile profile = profile("qos.marking.profile=rfc8837", "qos.marking.types.audio-video=AF31");
		assertThat(profile.dscp(TrafficType.AUDIO_VIDEO)).isEqualTo(Dscp.parse("AF31"));
		assertThat(profile.dscp(TrafficType.VOICE)).isEqualTo(Dscp.EF);
	}

	@ParameterizedTest
	@ValueSource(strings = { "2.0", "1.1", "1", "10", "abc", "" })
	void refusesVersion(String version) {
		InvalidConfigurationPropertyValueException failure = failure("qos.version=" + version);
		assertThat(failure.getName()).isEqualTo("qos.version");
		assertThat(failure.getValue()).isEqualTo(version);
		assertThat(failure.getReason()).contains("must be 1.0").endsWith(".");
	}

	@Test
	void refusesBackendThatDoesNotExist() {
		willThrow(new IllegalArgumentException("QoS backend must be one of a, b")).given(this.builder).backend("wave");
		InvalidConfigurationPropertyValueException failure = failure("qos.backend=wave");
		assertThat(failure.getName()).isEqualTo("qos.backend");
		assertThat(failure.getReason()).isEqualTo("QoS backend must be one of a, b.");
	}

	@Test
	void refusesProfileThatDoesNotExist() {
		InvalidConfigurationPropertyValueException failure = failure("qos.marking.profile=rfc4594");
		assertThat(failure.getName()).isEqualTo("qos.marking.profile");
		assertThat(failure.getReason()).contains("qwave, rfc8837");
	}

	@ParameterizedTest
	@ValueSource(strings = { "64", "184", "-1", "046", "EFF", "0x2e", "" })
	void refusesCodePoint(String dscp) {
		InvalidConfigurationPropertyValueException failure = failure("qos.marking.types.EXCELLENT_EFFORT=" + dscp);
		assertThat(failure.getName()).isEqualTo("qos.marking.types.excellent-effort");
		assertThat(failure.getValue()).isEqualTo(dscp);
		assertThat(failure.getReason()).contains("0 to 63");
	}

	@Test
	void explainsShiftedCodePoint() {
		assertThat(failure("qos.marking.types.voice=184").getReason()).contains("DSCP 46");
	}

	@ParameterizedTest
	@CsvSource({ "qos.open-timeout, 0", "qos.open-timeout, -1s", "qos.close-timeout, 0s", "qos.close-timeout, -5",
			"qos.recovery.initial-backoff, 0", "qos.recovery.initial-backoff, -1s", "qos.recovery.max-backoff, 0",
			"qos.recovery.max-backoff, -1s", "qos.recovery.check-interval, 0" })
	void refusesDurationThatIsNotPositive(String property, String value) {
		InvalidConfigurationPropertyValueException failure = failure(property + "=" + value);
		assertThat(failure.getName()).isEqualTo(property);
		assertThat(failure.getReason()).isEqualTo("Must be longer than zero.");
	}

	@Test
	void refusesLongestWaitBelowFirst() {
		InvalidConfigurationPropertyValueException failure = failure("qos.recovery.initial-backoff=2m");
		assertThat(failure.getName()).isEqualTo("qos.recovery.max-backoff");
		assertThat(failure.getReason()).contains("'qos.recovery.initial-backoff'", "120000 ms", "60000 ms");
	}

	private MarkingProfile profile(String... properties) {
		customize(properties);
		ArgumentCaptor<MarkingProfile> profile = ArgumentCaptor.captor();
		then(this.builder).should().markingProfile(profile.capture());
		return profile.getValue();
	}

	private InvalidConfigurationPropertyValueException failure(String... properties) {
		return catchThrowableOfType(InvalidConfigurationPropertyValueException.class, () -> customize(properties));
	}

	private void customize(String... properties) {
		Map<String, String> map = new HashMap<>();
		for (String property : properties) {
			String[] pair = property.split("=", 2);
			map.put(pair[0], pair[1]);
		}
		QosProperties bound = new Binder(new MapConfigurationPropertySource(map)).bindOrCreate("qos",
				QosProperties.class);
		new PropertiesQosHandleBuilderCustomizer(bound).customize(this.builder);
	}

}
