package io.github.qos4j.boot.properties;

import java.util.stream.Stream;

import io.github.qos4j.Dscp;
import io.github.qos4j.TrafficType;

/**
 * Parses what policies say, and knows what is confused with each other.
 */
public final class PolicyValues {

	private PolicyValues() {
	}

	/**
	 * Parse a traffic type.
	 * @param text the name, in any case
	 * @param forDscp where a DSCP is given, for those who give it here:
	 * {@code qos.policies.media.dscp}
	 * @return the traffic type
	 * @throws IllegalArgumentException if there is none of that name
	 */
	public static TrafficType trafficType(String text, String forDscp) {
		return Names.trafficType(text)
			.orElseThrow(() -> new IllegalArgumentException(
					"Traffic type must be one of " + Names.ofTrafficTypes() + " but was '" + text + "'"
							+ (isDscp(text) ? ", which is a DSCP: set '" + forDscp + "=" + text + "' instead" : "")
							+ "." + Names.didYouMean(text, Stream.of(TrafficType.values()).map(Names::of))));
	}

	/**
	 * Parse a DSCP.
	 * @param text the name or number
	 * @param forTrafficType where a traffic type is given, for those who give it here
	 * @return the DSCP
	 * @throws IllegalArgumentException if the text is neither
	 */
	public static Dscp dscp(String text, String forTrafficType) {
		if (Names.trafficType(text).isPresent()) {
			throw new IllegalArgumentException("DSCP must be a name such as EF, or a number from 0 to 63, but was '"
					+ text + "', which is a traffic type: set '" + forTrafficType + "=" + text + "' instead");
		}
		return Dscp.parse(text);
	}

	/**
	 * Return whether a text is a DSCP.
	 * @param text the text
	 * @return {@code true} if it is the name or number of one
	 */
	public static boolean isDscp(String text) {
		try {
			Dscp.parse(text);
			return true;
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

}
