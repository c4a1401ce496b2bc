package io.github.qos4j.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the code in docs/testing.md is code that compiles and runs: the class is
 * {@link TrafficTests}, and single statements are those of
 * {@link AssertionExamplesTests}.
 */
class TestingPageTests {

	private static final Path SOURCES = Path.of("src/test/java/io/github/qos4j/sample");

	private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

	@Test
	void everyPieceOfCodeIsInATest() throws IOException {
		List<String> shown = JAVA.matcher(Files.readString(Path.of("../docs/testing.md")))
			.results()
			.map((MatchResult match) -> match.group(1))
			.toList();
		String traffic = Files.readString(SOURCES.resolve("TrafficTests.java"));
		String examples = Files.readString(SOURCES.resolve("AssertionExamplesTests.java")).replace("\n\t\t", "\n");
		assertThat(shown).hasSizeGreaterThan(3);
		assertThat(traffic).endsWith(shown.get(0));
		assertThat(shown.get(0)).startsWith("import ");
		assertThat(shown.subList(1, shown.size())).allSatisfy((code) -> assertThat(examples).contains(code));
	}

}
