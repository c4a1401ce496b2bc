package io.github.qos4j.boot.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link QosProperties}.
 */
class QosPropertiesTests {

	@Test
	void hasDefaults() {
		QosProperties properties = bind(Map.of());
		assertThat(properties.version()).isEqualTo("1.0");
		assertThat(properties.backend()).isEqualTo("auto");
		assertThat(properties.failFast()).isFalse();
		assertThat(properties.openTimeout()).isEqualTo(Duration.ofSeconds(10));
		assertThat(properties.closeTimeout()).isEqualTo(Duration.ofSeconds(5));
		assertThat(properties.recovery().initialBackoff()).isEqualTo(Duration.ofSeconds(1));
		assertThat(properties.recovery().maxBackoff()).isEqualTo(Duration.ofMinutes(1));
		assertThat(properties.recovery().checkInterval()).isEqualTo(Duration.ofSeconds(30));
		assertThat(properties.marking().profile()).isEqualTo("qwave");
		assertThat(properties.marking().types()).isEmpty();
	}

	@Test
	void bindsEveryProperty() {
		QosProperties properties = bind(Map.of("qos.version", "1.0", "qos.backend", "none", "qos.fail-fast", "true",
				"qos.open-timeout", "3s", "qos.close-timeout", "4s", "qos.recovery.initial-backoff", "2s",
				"qos.recovery.max-backoff", "5m", "qos.marking.profile", "rfc8837", "qos.marking.types.voice", "EF"));
		assertThat(properties.backend()).isEqualTo("none");
		assertThat(properties.failFast()).isTrue();
		assertThat(properties.openTimeout()).isEqualTo(Duration.ofSeconds(3));
		assertThat(properties.closeTimeout()).isEqualTo(Duration.ofSeconds(4));
		assertThat(properties.recovery().initialBackoff()).isEqualTo(Duration.ofSeconds(2));
		assertThat(properties.recovery().maxBackoff()).isEqualTo(Duration.ofMinutes(5));
		assertThat(properties.marking().profile()).isEqualTo("rfc8837");
		assertThat(types(properties)).containsExactly(Map.entry(TrafficType.VOICE, "EF"));
	}

	@Test
	void durationWithoutUnitIsInMilliseconds() {
		assertThat(bind(Map.of("qos.open-timeout", "250")).openTimeout()).isEqualTo(Duration.ofMillis(250));
	}

	@Test
	void emptyVersionIsKept() {
		assertThat(bind(Map.of("qos.version", "")).version()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "audio-video", "AUDIO_VIDEO", "audio_video", "audioVideo", "AudioVideo", "audiovideo" })
	void bindsTrafficTypeHoweverItIsWritten(String type) {
		QosProperties properties = bind(Map.of("qos.marking.types." + type, "AF41"));
		assertThat(types(properties)).containsExactly(Map.entry(TrafficType.AUDIO_VIDEO, "AF41"));
	}

	@Test
	void refusesUnknownTrafficType() {
		QosProperties properties = bind(Map.of("qos.marking.types.video", "AF41"));
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class).isThrownBy(() -> types(properties))
			.satisfies((failure) -> {
				assertThat(failure.getName()).isEqualTo("qos.marking.types.video");
				assertThat(failure.getReason()).isEqualTo("Traffic type must be one of best-effort, background, "
						+ "excellent-effort, audio-video, voice, control but was 'video'.");
			});
	}

	@Test
	void trafficTypeInTwoWaysIsTakenFromTheSourceOfHigherPriority() {
		MutablePropertySources sources = new MutablePropertySources();
		sources.addLast(new MapPropertySource("high", Map.of("qos.marking.types.AUDIO_VIDEO", "AF41")));
		sources.addLast(new MapPropertySource("low", Map.of("qos.marking.types.audio-video", "AF31")));
		QosProperties properties = new Binder(ConfigurationPropertySources.from(sources)).bindOrCreate("qos",
				QosProperties.class);
		assertThat(types(properties)).containsExactly(Map.entry(TrafficType.AUDIO_VIDEO, "AF41"));
	}

	@Test
	void bindsFromCommandLine() {
		QosProperties properties = bind(
				new SimpleCommandLinePropertySource("--qos.version=2.0", "--qos.marking.types.voice=46"));
		assertThat(properties.version()).isEqualTo("2.0");
		assertThat(types(properties)).containsExactly(Map.entry(TrafficType.VOICE, "46"));
	}

	@Test
	void bindsFromEnvironment() {
		QosProperties properties = bindEnvironment(Map.of("QOS_VERSION", "2.0", "QOS_FAIL_FAST", "true",
				"QOS_OPENTIMEOUT", "7s", "QOS_RECOVERY_MAX_BACKOFF", "9s", "QOS_MARKING_PROFILE", "rfc8837"));
		assertThat(properties.version()).isEqualTo("2.0");
		assertThat(properties.failFast()).isTrue();
		assertThat(properties.openTimeout()).isEqualTo(Duration.ofSeconds(7));
		assertThat(properties.recovery().maxBackoff()).isEqualTo(Duration.ofSeconds(9));
		assertThat(properties.marking().profile()).isEqualTo("rfc8837");
	}

	@ParameterizedTest
	@EnumSource
	void bindsEachTrafficTypeFromEnvironment(TrafficType type) {
		QosProperties properties = bindEnvironment(Map.of("QOS_MARKING_TYPES_" + type.name(), "EF"));
		assertThat(types(properties)).containsExactly(Map.entry(type, "EF"));
	}

	@Test
	void bindsVersionFromUnquotedYaml() throws Exception {
		assertThat(bindYaml("qos:\n  version: 1.0\n").version()).isEqualTo("1.0");
		assertThat(bindYaml("qos.version: 1.0\n").version()).isEqualTo("1.0");
		assertThat(bindYaml("qos:\n  version: 2.0\n").version()).isEqualTo("2.0");
	}

	@Test
	void bindsCodePointsFromUnquotedYaml() throws Exception {
		QosProperties properties = bindYaml("qos.marking.types:\n  voice: 46\n  AUDIO_VIDEO: AF41\n  control: cs3\n");
		assertThat(types(properties)).containsExactlyInAnyOrderEntriesOf(
				Map.of(TrafficType.VOICE, "46", TrafficType.AUDIO_VIDEO, "AF41", TrafficType.CONTROL, "cs3"));
	}

	@Test
	void yamlReadsLeadingZeroAsOctal() throws Exception {
		// Which is why the description of the property warns of it.
		assertThat(types(bindYaml("qos.marking.types.voice: 046\n")))
			.containsExactly(Map.entry(TrafficType.VOICE, "38"));
	}

	private static Map<TrafficType, String> types(QosProperties properties) {
		return PropertiesQosHandleBuilderCustomizer.types(properties.marking());
	}

	private static QosProperties bind(Map<String, Object> properties) {
		return bind(new MapPropertySource("test", properties));
	}

	private static QosProperties bindEnvironment(Map<String, Object> variables) {
		return bind(new SystemEnvironmentPropertySource("systemEnvironment", variables));
	}

	private static QosProperties bindYaml(String yaml) throws Exception {
		List<PropertySource<?>> sources = new YamlPropertySourceLoader().load("test",
				new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)));
		assertThat(sources).hasSize(1);
		return bind(sources.get(0));
	}

	private static QosProperties bind(PropertySource<?> source) {
		return new Binder(ConfigurationPropertySources.from(source)).bindOrCreate("qos", QosProperties.class);
	}

}
