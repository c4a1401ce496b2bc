package io.github.qos4j.boot.properties;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.qos4j.TrafficType;
import io.github.qos4j.policy.QosPolicy;

/**
 * Knows which names are the same, and which are nearly so: only letters and digits count,
 * in any case.
 */
public final class Names {

	/** How many letters may differ in what is taken for a mistyped name. */
	private static final int NEAR = 2;

	private Names() {
	}

	/**
	 * Return what counts of a name.
	 * @param name the name
	 * @return its letters and digits, in lower case
	 */
	public static String letters(String name) {
		return QosPolicy.key(name);
	}

	/**
	 * Return the name that a traffic type has in properties.
	 * @param type the traffic type
	 * @return the name, for example {@code audio-video}
	 */
	public static String of(TrafficType type) {
		return QosPolicy.of(type).name();
	}

	/**
	 * Return the names of all traffic types.
	 * @return the names, separated by commas
	 */
	public static String ofTrafficTypes() {
		return Arrays.stream(TrafficType.values()).map(Names::of).collect(Collectors.joining(", "));
	}

	/**
	 * Return the traffic type of a name.
	 * @param name the name
	 * @return the traffic type, or empty if there is none of that name
	 */
	public static Optional<TrafficType> trafficType(String name) {
		return Arrays.stream(TrafficType.values())
			.filter((type) -> letters(type.name()).equals(letters(name)))
			.findFirst();
	}

	/**
	 * Return the name that may have been meant.
	 * @param name the name that was given
	 * @param known the names there are
	 * @return the one that differs by the fewest letters, and by two at most
	 */
	public static Optional<String> nearest(String name, Stream<String> known) {
		return known.filter((other) -> distance(other, name) <= Math.min(NEAR, letters(other).length() / 2))
			.min(Comparator.comparingInt((other) -> distance(other, name)));
	}

	/**
	 * Return a question for the name that may have been meant.
	 * @param name the name that was given
	 * @param known the names there are
	 * @return the question after a space, or nothing if none is near
	 */
	public static String didYouMean(String name, Stream<String> known) {
		return nearest(name, known).map((meant) -> " Did you mean '" + meant + "'?").orElse("");
	}

	/**
	 * Return how many letters have to be changed, added or taken away (Levenshtein), dots
	 * and dashes apart.
	 * @param first a name
	 * @param second another one
	 * @return the number of letters
	 */
	public static int distance(String first, String second) {
		String from = letters(first);
		String to = letters(second);
		int[] row = IntStream.rangeClosed(0, to.length()).toArray();
		for (int i = 1; i <= from.length(); i++) {
			int diagonal = row[0];
			row[0] = i;
			for (int j = 1; j <= to.length(); j++) {
				int changed = diagonal + ((from.charAt(i - 1) == to.charAt(j - 1)) ? 0 : 1);
				diagonal = row[j];
				row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
			}
		}
		return row[to.length()];
	}

}
