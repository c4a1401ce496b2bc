package io.github.qos4j.boot.autoconfigure;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the Java code of the documentation compiles: as a file, as members of a
 * class, or as statements of a method. What it takes for granted is in
 * {@link DocumentedSurroundings}.
 */
class DocumentedCodeTests {

	private static final List<String> IMPORTS = List.of("io.github.qos4j.*", "io.github.qos4j.boot.event.*",
			"io.github.qos4j.boot.web.*", "io.github.qos4j.netty.*", "io.github.qos4j.probe.*",
			"io.grpc.netty.NettyChannelBuilder", "io.lettuce.core.resource.*", "io.netty.bootstrap.*",
			"io.netty.channel.*", "io.netty.channel.socket.nio.*", "java.net.*", "java.nio.ByteBuffer", "java.time.*",
			"org.springframework.context.annotation.*", "org.springframework.context.event.*",
			"org.springframework.core.io.*", "org.springframework.web.bind.annotation.*",
			"reactor.netty.resources.LoopResources", "io.github.qos4j.boot.autoconfigure.*");

	private static final List<String> FORMS = List.of("%s",
			"abstract class Members extends DocumentedSurroundings {\n%s\n}",
			"abstract class Statements extends DocumentedSurroundings { void run() throws Exception {\n%s\n} }");

	/**
	 * Pages whose code needs what this module has not on its class path, and the tests
	 * that it is compared with.
	 */
	private static final Map<Path, Path> ELSEWHERE = Map.of(Path.of("docs/testing.md"),
			Path.of("../sample-app/src/test/java/io/github/qos4j/sample/TestingPageTests.java"));

	@TempDir
	private Path classes;

	static List<DocumentedBlock> code() throws IOException {
		return DocumentedBlock.in("java").stream().filter((block) -> !ELSEWHERE.containsKey(block.page())).toList();
	}

	@ParameterizedTest
	@MethodSource("code")
	void codeCompiles(DocumentedBlock block) {
		assertThat(complaints(block.text())).as("as a file, as members, as statements").isEmpty();
	}

	/**
	 * Return what the compiler says of each form. Empty if one of them compiles.
	 */
	private List<String> complaints(String code) {
		List<String> complaints = new ArrayList<>();
		for (String form : FORMS) {
			String complaint = compile(imports(code) + form.formatted(code));
			if (complaint.isEmpty()) {
				return List.of();
			}
			complaints.add(complaint);
		}
		return complaints;
	}

	@Test
	void codeThatIsNotCompiledHereIsTestedElsewhere() {
		ELSEWHERE.forEach((page, tests) -> {
			assertThat(Path.of("..").resolve(page)).exists();
			assertThat(tests).content().contains("docs/" + page.getFileName());
		});
	}

	@Test
	void codeThatIsWrongDoesNotCompile() {
		assertThat(complaints("flow.setOptions(options);")).isEmpty();
		assertThat(complaints("flow.setOption(options);")).hasSameSizeAs(FORMS);
	}

	private static String imports(String code) {
		if (code.startsWith("import ")) {
			return "";
		}
		StringBuilder imports = new StringBuilder("package documented;\n");
		IMPORTS.forEach((name) -> imports.append("import ").append(name).append(";\n"));
		return imports.toString();
	}

	private String compile(String source) {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
		List<String> options = List.of("-proc:none", "-d", this.classes.toString(), "-cp",
				System.getProperty("java.class.path"));
		boolean compiled = compiler.getTask(null, null, diagnostics, options, null, List.of(new Source(source))).call();
		return compiled ? ""
				: diagnostics.getDiagnostics()
					.stream()
					.map((diagnostic) -> diagnostic.getLineNumber() + ": " + diagnostic.getMessage(Locale.ROOT))
					.toList()
					.toString();
	}

	/**
	 * Code that is in no file.
	 */
	private static final class Source extends SimpleJavaFileObject {

		private final String text;

		private Source(String text) {
			super(URI.create("string:///Documented.java"), Kind.SOURCE);
			this.text = text;
		}

		@Override
		public CharSequence getCharContent(boolean ignoreEncodingErrors) {
			return this.text;
		}

	}

}
