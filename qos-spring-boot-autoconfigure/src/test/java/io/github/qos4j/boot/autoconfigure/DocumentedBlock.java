package io.github.qos4j.boot.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A fenced block of the README or a page of the documentation.
 *
 * @param page the page
 * @param line the line of the page on which the block begins
 * @param language the language that the fence names
 * @param text the block
 */
record DocumentedBlock(Path page, long line, String language, String text) {

	private static final Path ROOT = Path.of("..");

	private static final Pattern FENCE = Pattern.compile("^([ \\t]*)```(\\w*)\\R(.*?)^\\1```$",
			Pattern.MULTILINE | Pattern.DOTALL);

	/**
	 * Return all blocks of some languages.
	 */
	static List<DocumentedBlock> in(String... languages) throws IOException {
		List<DocumentedBlock> blocks = new ArrayList<>();
		try (Stream<Path> pages = Stream.concat(Stream.of(ROOT.resolve("README.md")),
				Files.walk(ROOT.resolve("docs")))) {
			for (Path page : pages.filter((file) -> file.toString().endsWith(".md")).sorted().toList()) {
				blocks.addAll(of(page, Files.readString(page)));
			}
		}
		return blocks.stream().filter((block) -> List.of(languages).contains(block.language())).toList();
	}

	private static List<DocumentedBlock> of(Path page, String text) {
		List<DocumentedBlock> blocks = new ArrayList<>();
		Matcher fence = FENCE.matcher(text);
		while (fence.find()) {
			long line = text.substring(0, fence.start()).lines().count() + 1;
			blocks.add(new DocumentedBlock(ROOT.relativize(page), line, fence.group(2),
					fence.group(3).replaceAll("(?m)^" + fence.group(1), "")));
		}
		return blocks;
	}

	@Override
	public String toString() {
		return this.page + ":" + this.line;
	}

}
