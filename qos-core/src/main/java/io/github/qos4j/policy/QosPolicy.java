package io.github.qos4j.policy;

import java.util.Locale;
import java.util.regex.Pattern;

import io.github.qos4j.Dscp;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * Options of flows under a name, and the connections that they are for. Immutable.
 *
 * @param name the name, for example {@code media}
 * @param options the options of the flows
 * @param match the connections that this policy is for by itself, or {@code null} if it
 * is used by its name alone
 */
public record QosPolicy(String name, QosFlowOptions options, @Nullable PolicyMatch match) {

	private static final Pattern NEITHER_LETTER_NOR_DIGIT = Pattern.compile("[^\\p{L}\\p{N}]");

	/**
	 * Create a policy.
	 * @param name the name
	 * @param options the options of the flows
	 * @param match the connections, or {@code null}
	 * @throws IllegalArgumentException if the name or the options are null, or if the
	 * name has neither a letter nor a digit
	 */
	public QosPolicy {
		if (key(name).isEmpty()) {
			throw new IllegalArgumentException("'name' must have a letter or a digit but was '" + name + "'");
		}
		Assert.notNull(options, "options");
	}

	/**
	 * Return the policy of a traffic type, which has its name: {@code audio-video}.
	 * @param type the traffic type
	 * @return the policy, which is used by its name alone
	 * @throws IllegalArgumentException if the type is null
	 */
	public static QosPolicy of(TrafficType type) {
		return new QosPolicy(Assert.notNull(type, "type").name().toLowerCase(Locale.ROOT).replace('_', '-'),
				QosFlowOptions.of(type), null);
	}

	/**
	 * Return the traffic type whose treatment by this machine's queues and by Windows
	 * suits a code point: BestEffort for 0, Background for LE and CS1, ExcellentEffort
	 * for CS2 and the classes AF1 and AF2, AudioVideo for CS3 to CS5 and the classes AF3
	 * and AF4, Voice for EF and VOICE-ADMIT, Control for CS6 and CS7. Any other code
	 * point is treated like the class selector below it.
	 * @param dscp the code point
	 * @return the traffic type
	 * @throws IllegalArgumentException if the code point is null
	 * @see <a href="https://www.rfc-editor.org/rfc/rfc4594#section-2.3">RFC 4594, service
	 * classes</a>
	 */
	public static TrafficType trafficTypeOf(Dscp dscp) {
		int value = Assert.notNull(dscp, "dscp").value();
		if (value == 44 || value == 46) {
			return TrafficType.VOICE;
		}
		return switch (value >> 3) {
			case 0 -> (value == 1) ? TrafficType.BACKGROUND : TrafficType.BEST_EFFORT;
			case 1 -> isAssured(value) ? TrafficType.EXCELLENT_EFFORT : TrafficType.BACKGROUND;
			case 2 -> TrafficType.EXCELLENT_EFFORT;
			case 3, 4, 5 -> TrafficType.AUDIO_VIDEO;
			default -> TrafficType.CONTROL;
		};
	}

	private static boolean isAssured(int value) {
		int drop = value & 7;
		return drop == 2 || drop == 4 || drop == 6;
	}

	/**
	 * Return what counts of a name: its letters and digits, in lower case. So
	 * {@code AUDIO_VIDEO} is {@code audio-video}.
	 * @param name the name
	 * @return what two spellings of one name have in common
	 * @throws IllegalArgumentException if the name is null
	 */
	public static String key(String name) {
		return NEITHER_LETTER_NOR_DIGIT.matcher(Assert.notNull(name, "name").toLowerCase(Locale.ROOT)).replaceAll("");
	}

}
