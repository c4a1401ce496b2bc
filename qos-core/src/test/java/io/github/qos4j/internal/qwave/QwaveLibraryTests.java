package io.github.qos4j.internal.qwave;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.github.qos4j.spi.Availability;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link QwaveLibrary} with files that are not {@code qwave.dll}.
 */
class QwaveLibraryTests {

	@TempDir
	Path folder;

	@Test
	void missingFileIsToldWithItsPath() {
		File missing = this.folder.resolve("qwave.dll").toFile();
		Availability availability = QwaveLibrary.check(missing);
		assertThat(availability.usable()).isFalse();
		assertThat(availability.reason()).isEqualTo(missing + " is missing");
		assertThat(availability.remedy()).contains("Install-WindowsFeature qWave");
	}

	@Test
	void fileThatDoesNotLoadIsWhatIsBroken() throws IOException {
		Path broken = Files.writeString(this.folder.resolve("qwave.dll"), "not a library");
		Availability availability = QwaveLibrary.check(broken.toFile());
		assertBroken(availability, broken + " cannot be loaded: ");
		assertThat(availability.reason()).as("what the system has said").doesNotContain("Unable to load library");
	}

	@Test
	void libraryWithoutAFunctionIsWhatIsBroken() {
		// One of Java's own.
		String name = System.mapLibraryName("jimage");
		Path java = Path.of(System.getProperty("java.home"));
		Path other = java.resolve("lib").resolve(name);
		other = Files.exists(other) ? other : java.resolve("bin").resolve(name);
		assertBroken(QwaveLibrary.check(other.toFile()), other + " lacks the function QOS");
	}

	private static void assertBroken(Availability availability, String reason) {
		assertThat(availability.usable()).isFalse();
		assertThat(availability.reason()).startsWith(reason).doesNotContain("JNA");
		assertThat(availability.remedy()).contains("sfc /scannow").doesNotContain("jna");
	}

}
