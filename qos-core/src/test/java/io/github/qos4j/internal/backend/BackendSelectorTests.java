package io.github.qos4j.internal.backend;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.github.qos4j.BackendRefusal;
import io.github.qos4j.Dscp;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.internal.backend.BackendSelector.Selection;
import io.github.qos4j.internal.handle.FakeBackend;
import io.github.qos4j.spi.Availability;
import io.github.qos4j.spi.QosBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link BackendSelector}.
 */
class BackendSelectorTests {

	private final Named other = new Named("other", Availability.otherSystem("not this system"));

	private final Named broken = new Named("broken", Availability.broken("no library", "Install the library"));

	private final Named usable = new Named("usable", Availability.yes());

	private final Named none = new Named("none", Availability.yes());

	@Test
	void autoTakesTheFirstThatIsUsable() {
		Named second = new Named("second", Availability.yes());
		Selection selection = auto(this.none, this.other, this.broken, this.usable, second);
		assertThat(selection.backend()).isSameAs(this.usable);
		assertThat(selection.refusal()).isNull();
		assertThat(second.asked).isFalse();
		assertThat(selection.refusals()).containsExactly(new BackendRefusal("other", "not this system", null),
				new BackendRefusal("broken", "no library", "Install the library"));
	}

	@Test
	void refusalWithoutAReasonIsStillOne() {
		Named silent = new Named("silent", new Availability(false, null, null));
		assertThat(auto(silent, this.usable).refusals())
			.containsExactly(new BackendRefusal("silent", "it gives no reason", null));
	}

	@Test
	void autoTakesNoneWhereNothingIsUsableAndKeepsTheReasons() {
		Selection selection = auto(this.other, this.broken, this.none);
		assertThat(selection.backend()).isSameAs(this.none);
		assertThat(selection.intended()).isSameAs(this.broken);
		assertThat(selection.refusal())
			.hasMessage("No QoS backend can be used (other: not this system; broken: no library)")
			.satisfies((refusal) -> assertThat(refusal.remedy()).isEqualTo("Install the library"));
		assertThat(selection.refusals()).extracting(BackendRefusal::backend).containsExactly("other", "broken");
	}

	@Test
	void autoNeverTakesWhatHasToBeNamed() {
		Named recording = new Named("recording", Availability.yes());
		recording.automatic = false;
		assertThat(auto(recording, this.none).backend()).isSameAs(this.none);
	}

	@Test
	void namedBackendIsTakenOrRefused() {
		List<QosBackend> backends = List.of(this.broken, this.usable);
		assertThat(BackendSelector.named("usable", backends).select().backend()).isSameAs(this.usable);
		assertThatExceptionOfType(QosUnavailableException.class)
			.isThrownBy(() -> BackendSelector.named("broken", backends).select())
			.withMessage("No QoS backend can be used (broken: no library)");
		assertThatIllegalArgumentException().isThrownBy(() -> BackendSelector.named("useable", backends))
			.withMessage("QoS backend must be one of auto, broken, usable but was 'useable'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "none", "NONE", "None", " none " })
	void namesAreTakenInAnyCase(String name) {
		BackendSelector selector = BackendSelector.named(name);
		assertThat(selector.name()).isEqualTo("none");
		assertThat(selector.select().backend().name()).isEqualTo("none");
		assertThat(BackendSelector.named("AUTO").name()).isEqualTo("auto");
	}

	@Test
	void namesAreTakenInAnyCaseWhereIHasNoCapitalOfItsOwn() {
		Locale before = Locale.getDefault();
		Locale.setDefault(Locale.forLanguageTag("tr"));
		try {
			assertThat(BackendSelector.named("RECORDING").name()).isEqualTo("recording");
			assertThat(QosHandle.builder().backend("RECORDING")).isNotNull();
			assertThat(MarkingProfile.named("RFC8837")).isSameAs(MarkingProfile.RFC8837);
			assertThat(Dscp.parse("voice-admit").value()).isEqualTo(44);
		}
		finally {
			Locale.setDefault(before);
		}
	}

	@Test
	void backendThatDoesNotLoadIsLeftOutAndTold(@TempDir Path directory) throws Exception {
		Path services = Files.createDirectories(directory.resolve("META-INF/services"));
		Files.writeString(services.resolve(QosBackend.class.getName()), "no.such.Backend\n");
		List<Throwable> failures = new ArrayList<>();
		try (URLClassLoader loader = new URLClassLoader(new URL[] { directory.toUri().toURL() },
				QosBackend.class.getClassLoader())) {
			assertThat(BackendSelector.load(loader, failures)).extracting(QosBackend::name)
				.containsExactly("qwave", "socket", "recording", "none");
		}
		assertThat(failures).singleElement()
			.satisfies((failure) -> assertThat(failure).hasMessageContaining("no.such.Backend"));
		assertThat(BackendSelector.named("none").loadFailures()).isEmpty();
	}

	@Test
	void autoIsNoRemedyForAuto() {
		assertThat(auto(this.other, this.none).refusal().remedy()).isEqualTo("Run on Windows, Linux or macOS");
		assertThatExceptionOfType(QosUnavailableException.class)
			.isThrownBy(() -> BackendSelector.named("other", List.of(this.other)).select())
			.satisfies((refusal) -> assertThat(refusal.remedy()).startsWith("Choose the backend 'auto'"));
	}

	private static Selection auto(QosBackend... backends) {
		return BackendSelector.named("auto", List.of(backends)).select();
	}

	private static final class Named extends FakeBackend {

		private final String name;

		private boolean automatic = true;

		private boolean asked;

		private Named(String name, Availability availability) {
			super(false);
			this.name = name;
			this.availability = availability;
			this.automatic = !name.equals("none");
		}

		@Override
		public String name() {
			return this.name;
		}

		@Override
		public boolean isAutomatic() {
			return this.automatic;
		}

		@Override
		public Availability availability() {
			this.asked = true;
			return super.availability();
		}

	}

}
