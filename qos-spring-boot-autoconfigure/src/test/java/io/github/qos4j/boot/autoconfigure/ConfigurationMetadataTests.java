package io.github.qos4j.boot.autoconfigure;

import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.qos4j.Dscp;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosVersion;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyProperties;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for the metadata of the properties, which development tools show.
 */
class ConfigurationMetadataTests {

	@Test
	void describesEveryProperty() throws Exception {
		List<Map<String, Object>> properties = ConfigurationMetadata.properties();
		assertThat(properties).extracting((property) -> property.get("name"))
			.contains("qos.enabled", "qos.version", "qos.fail-fast", "qos.marking.types",
					"management.health.qos.enabled", "management.health.qos.grace", "management.endpoint.qos.access",
					"management.endpoint.qos.show-values");
		assertThat(properties).allSatisfy((property) -> {
			assertThat((String) property.get("description")).as("%s", property.get("name"))
				.isNotEmpty()
				.endsWith(".")
				.doesNotStartWith("The ")
				.doesNotStartWith("A ");
			if ("java.lang.Boolean".equals(property.get("type"))) {
				assertThat((String) property.get("description")).startsWith("Whether ");
			}
		});
	}

	@Test
	void everyPropertyIsKnownAtTheStart() throws Exception {
		assertThat(ConfigurationMetadata.properties()).extracting((property) -> (String) property.get("name"))
			.filteredOn((name) -> name.startsWith("qos."))
			.containsExactlyInAnyOrderElementsOf(UnknownProperties.KNOWN);
	}

	@Test
	void namesTheSystemsOfSocketOptions() throws Exception {
		assertThat(values("qos.backend").get("socket")).contains("Linux", "macOS");
	}

	@Test
	void everyPropertyHasDefault() throws Exception {
		assertThat(ConfigurationMetadata.properties()).filteredOn((property) -> !property.containsKey("defaultValue"))
			.extracting((property) -> property.get("name"))
			.containsExactlyInAnyOrder("management.endpoint.qos.roles", "qos.marking.types", "qos.policies",
					"qos.client.policy", "qos.management.server.policy", "qos.server.policy");
	}

	@Test
	void addsOnlySortedPropertiesWithoutField() throws Exception {
		assertThat(ConfigurationMetadata.read(ConfigurationMetadata.ADDITIONAL, "properties"))
			.extracting((property) -> property.get("name"))
			.containsExactly("management.health.qos.enabled", "management.info.qos.enabled", "qos.enabled");
		assertThat(ConfigurationMetadata.read(ConfigurationMetadata.ADDITIONAL, "hints"))
			.extracting((hint) -> (String) hint.get("name"))
			.isSorted();
	}

	@Test
	void describesEveryHint() throws Exception {
		for (Map<String, Object> hint : ConfigurationMetadata.read(ConfigurationMetadata.ALL, "hints")) {
			assertThat(values((String) hint.get("name")))
				.allSatisfy((value, description) -> assertThat(description).as(value).isNotEmpty());
		}
	}

	@Test
	void offersEveryNameOfCodePoints() throws Exception {
		Set<String> names = values("qos.marking.types.values").keySet();
		assertThat(names).containsAll(IntStream.range(0, 64)
			.mapToObj(Dscp::of)
			.map(Dscp::name)
			.filter((name) -> !name.matches("[0-9]+"))
			.toList());
		// The refusal names everything that is allowed, in the same order.
		assertThatIllegalArgumentException().isThrownBy(() -> Dscp.parse("?"))
			.withMessageContaining("one of " + String.join(", ", names) + " but was");
	}

	@Test
	void codePointsAreDescribedByTheirNumber() throws Exception {
		assertThat(values("qos.marking.types.values"))
			.allSatisfy((name, description) -> assertThat(description).startsWith(Dscp.parse(name).value() + ": "));
	}

	@Test
	void offersEveryTrafficTypeWithItsCodePoint() throws Exception {
		Map<String, String> types = values("qos.marking.types.keys");
		assertThat(types).hasSameSizeAs(TrafficType.values());
		for (TrafficType type : TrafficType.values()) {
			assertThat(types.get(type.name().toLowerCase(Locale.ROOT).replace('_', '-'))).as("%s", type)
				.contains("; " + type.dscp() + " by default.");
		}
	}

	@Test
	void offersProfilesThatExist() throws Exception {
		assertThat(values("qos.marking.profile").keySet()).allSatisfy(MarkingProfile::named)
			.containsExactly("qwave", "rfc8837");
	}

	@Test
	void describesProfilesByTheirCodePoints() throws Exception {
		values("qos.marking.profile").forEach((name, description) -> {
			MarkingProfile profile = MarkingProfile.named(name);
			assertThat(description).contains("background " + profile.dscp(TrafficType.BACKGROUND).value());
			assertThat(numbers(description.substring(description.indexOf(':'))))
				.containsExactlyElementsOf(numbers(Arrays.stream(TrafficType.values())
					.filter((type) -> type != TrafficType.BEST_EFFORT)
					.map((type) -> String.valueOf(profile.dscp(type).value()))
					.collect(Collectors.joining(" "))));
		});
	}

	@Test
	void offersVersionsThatExist() throws Exception {
		assertThat(values("qos.version").keySet()).allSatisfy(QosVersion::parse).containsExactly("1.0");
	}

	@Test
	void offersEveryBackend() throws Exception {
		Set<String> names = values("qos.backend").keySet();
		assertThatIllegalArgumentException().isThrownBy(() -> QosHandle.builder().backend("?"))
			.withMessageContaining("one of " + String.join(", ", names) + " but was");
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "qos.client.policy", "qos.management.server.policy", "qos.policies.keys", "qos.server.policy" })
	void offersPolicyOfEveryTrafficType(String hint) throws Exception {
		assertThat(values(hint).keySet())
			.containsExactlyInAnyOrderElementsOf(QosPolicies.none().all().stream().map(QosPolicy::name).toList());
	}

	@Test
	void everySettingOfPoliciesIsKnownAtTheStart() {
		assertThat(QosPolicyProperties.Policy.class.getRecordComponents()).extracting(RecordComponent::getName)
			.extracting(ConfigurationMetadata::dashed)
			.containsExactlyInAnyOrderElementsOf(UnknownProperties.OF_POLICY);
	}

	@Test
	void everySettingOfPoliciesIsExplained() throws Exception {
		String page = Files.readString(Path.of("../docs/policies.md"));
		assertThat(UnknownProperties.OF_POLICY).allSatisfy((name) -> assertThat(page).contains("`" + name + "`"));
	}

	private static Set<String> numbers(String text) {
		return new TreeSet<>(List.of(text.replaceAll("[^0-9]+", " ").strip().split(" ")));
	}

	private static Map<String, String> values(String hintName) throws Exception {
		Map<String, String> values = ConfigurationMetadata.values(hintName);
		assertThat(values).as(hintName).isNotEmpty();
		return values;
	}

}
