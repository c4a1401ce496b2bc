package io.github.qos4j;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import io.github.qos4j.internal.util.Assert;

/**
 * Maps each {@link TrafficType} to its DSCP. Immutable.
 */
public final class MarkingProfile {

	/**
	 * The code points of qWAVE: Voice and Control CS7, AudioVideo and ExcellentEffort
	 * CS5, Background CS1. This is the default, and the only profile that needs no
	 * privileges on Windows.
	 */
	public static final MarkingProfile QWAVE = new MarkingProfile("qwave", Map.of(), Map.of());

	/**
	 * The code points recommended by RFC 8837 and RFC 4594: Voice EF, AudioVideo AF41,
	 * ExcellentEffort AF21, Control CS3, Background CS1.
	 *
	 * @see <a href="https://www.rfc-editor.org/rfc/rfc8837">RFC 8837</a>
	 */
	public static final MarkingProfile RFC8837 = new MarkingProfile("rfc8837",
			Map.of(TrafficType.VOICE, Dscp.EF, TrafficType.AUDIO_VIDEO, Dscp.parse("AF41"),
					TrafficType.EXCELLENT_EFFORT, Dscp.parse("AF21"), TrafficType.CONTROL, Dscp.parse("CS3")),
			Map.of());

	private final String name;

	/** Where the named profile differs from the traffic types' own. */
	private final Map<TrafficType, Dscp> named;

	/** What was changed since. */
	private final Map<TrafficType, Dscp> changed;

	private MarkingProfile(String name, Map<TrafficType, Dscp> named, Map<TrafficType, Dscp> changed) {
		this.name = name;
		this.named = named;
		this.changed = changed;
	}

	/**
	 * Return the predefined profile with a name.
	 * @param name {@code qwave} or {@code rfc8837}, in any case
	 * @return the profile
	 * @throws IllegalArgumentException if the name is null or unknown
	 */
	public static MarkingProfile named(String name) {
		return switch (Assert.notNull(name, "name").strip().toLowerCase(Locale.ROOT)) {
			case "qwave" -> QWAVE;
			case "rfc8837" -> RFC8837;
			default -> throw new IllegalArgumentException(
					"Marking profile must be one of qwave, rfc8837 but was '" + name + "'");
		};
	}

	/**
	 * Return a copy of this profile with another code point for one traffic type.
	 * @param type the traffic type
	 * @param dscp its code point
	 * @return the new profile
	 * @throws IllegalArgumentException if an argument is null
	 */
	public MarkingProfile with(TrafficType type, Dscp dscp) {
		Assert.notNull(type, "type");
		Assert.notNull(dscp, "dscp");
		EnumMap<TrafficType, Dscp> copy = new EnumMap<>(TrafficType.class);
		copy.putAll(this.changed);
		copy.put(type, dscp);
		return new MarkingProfile(this.name, this.named, copy);
	}

	/**
	 * Return the code point of a traffic type.
	 * @param type the traffic type
	 * @return its code point
	 * @throws IllegalArgumentException if the type is null
	 */
	public Dscp dscp(TrafficType type) {
		Dscp own = this.named.getOrDefault(Assert.notNull(type, "type"), type.dscp());
		return this.changed.getOrDefault(type, own);
	}

	/**
	 * Return the name of the profile, followed by its changes.
	 */
	@Override
	public String toString() {
		return this.name + this.changed.entrySet()
			.stream()
			.map((entry) -> ", " + entry.getKey() + " " + entry.getValue())
			.collect(Collectors.joining());
	}

}
