package io.github.qos4j.spi;

import io.github.qos4j.QosVersion;
import io.github.qos4j.internal.util.Assert;

/**
 * What a session is opened with.
 *
 * @param version the version to ask for
 * @param temporaryConnect whether a UDP socket may be connected for a moment where the
 * system cannot mark it otherwise
 */
public record SessionSettings(QosVersion version, boolean temporaryConnect) {

	/**
	 * Create settings.
	 * @param version the version to ask for
	 * @param temporaryConnect whether a UDP socket may be connected for a moment
	 * @throws IllegalArgumentException if the version is null
	 */
	public SessionSettings {
		Assert.notNull(version, "version");
	}

}
