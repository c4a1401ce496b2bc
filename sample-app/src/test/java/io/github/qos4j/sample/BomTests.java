package io.github.qos4j.sample;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.xml.parsers.DocumentBuilderFactory;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that no module is forgotten where all are listed: in {@code qos-bom}, for users,
 * in our parent, and on the page of releases.
 */
class BomTests {

	private static final Path ROOT = Path.of("..");

	private final Element parent = pom(ROOT);

	private final Element bom = pom(ROOT.resolve("qos-bom"));

	@Test
	void bomHasEachModuleThatIsPublishedAndJna() throws Exception {
		TreeSet<String> expected = new TreeSet<>(published());
		expected.add("jna");
		expected.add("jna-platform");
		assertThat(managed(this.bom).keySet()).containsExactlyInAnyOrderElementsOf(expected);
	}

	@Test
	void parentManagesEachModuleThatIsPublished() throws Exception {
		assertThat(managed(this.parent).keySet()).containsAll(published());
	}

	@Test
	void pageOfReleasesNamesEachModuleThatIsPublished() throws Exception {
		assertThat(published()).allSatisfy((module) -> assertThat(ROOT.resolve("docs/releasing.md")).content()
			.contains("| `" + module + "` | `" + moduleName(module) + "` |"));
	}

	@Test
	void versionsAreThoseOfTheBuild() {
		assertThat(text(this.bom, "version")).isEqualTo(text(this.parent, "version"));
		assertThat(text(child(this.bom, "properties"), "jna.version"))
			.isEqualTo(text(child(this.parent, "properties"), "jna.version"));
		managed(this.bom).forEach((artifact, version) -> assertThat(version).as(artifact)
			.isEqualTo(artifact.startsWith("jna") ? "${jna.version}" : "${project.version}"));
	}

	@Test
	void bomBringsNothingOfOurBuild() {
		// It has our parent, which is taken out of what is installed and published
		assertThat(children(this.bom).map(Node::getNodeName)).doesNotContain("build", "dependencies", "modules");
	}

	/**
	 * Return the modules with a jar that users get.
	 */
	private List<String> published() throws Exception {
		List<String> modules = children(child(this.parent, "modules")).map(Node::getTextContent).toList();
		assertThat(modules).contains("qos-core", "qos-bom", "sample-app");
		try (Stream<Path> folders = Files.list(ROOT)) {
			assertThat(folders.filter((folder) -> Files.exists(folder.resolve("pom.xml")))
				.map((folder) -> folder.getFileName().toString())).containsExactlyInAnyOrderElementsOf(modules);
		}
		return modules.stream().filter(BomTests::isPublished).toList();
	}

	private static boolean isPublished(String module) {
		Element pom = pom(ROOT.resolve(module));
		boolean skipped = children(pom).filter((node) -> node.getNodeName().equals("properties"))
			.anyMatch((properties) -> "true".equals(text((Element) properties, "maven.deploy.skip")));
		return !skipped && !"pom".equals(text(pom, "packaging"));
	}

	private static String moduleName(String module) {
		return text(child(pom(ROOT.resolve(module)), "properties"), "qos4j.module-name");
	}

	/**
	 * Return the managed artifacts, but for test jars, and their versions.
	 */
	private static Map<String, String> managed(Element pom) {
		Map<String, String> managed = new LinkedHashMap<>();
		children(child(child(pom, "dependencyManagement"), "dependencies")).map(Element.class::cast)
			.filter((dependency) -> text(dependency, "type").isEmpty())
			.forEach((dependency) -> managed.put(text(dependency, "artifactId"), text(dependency, "version")));
		return managed;
	}

	private static Element pom(Path folder) {
		try {
			return DocumentBuilderFactory.newInstance()
				.newDocumentBuilder()
				.parse(folder.resolve("pom.xml").toFile())
				.getDocumentElement();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Element child(Element element, String name) {
		return (Element) children(element).filter((node) -> node.getNodeName().equals(name)).findFirst().orElseThrow();
	}

	private static String text(Element element, String name) {
		return children(element).filter((node) -> node.getNodeName().equals(name))
			.map((node) -> node.getTextContent().strip())
			.findFirst()
			.orElse("");
	}

	private static Stream<Node> children(Element element) {
		return IntStream.range(0, element.getChildNodes().getLength())
			.mapToObj((i) -> element.getChildNodes().item(i))
			.filter(Element.class::isInstance);
	}

}
