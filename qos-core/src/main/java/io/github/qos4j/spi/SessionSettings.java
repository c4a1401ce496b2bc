package io.github.qos4j.spi;

import io.github.qos4j.QosVersion;
import io.github.qos4j.internal.util.Assert;

/**
 * What a session is opened with.
 *
 * @param version the version to ask for
 * @param logger where the handle logs, and so its sessions
 */
public record SessionSettings(QosVersion version, System.Logger logger) {

	/**
	 * Create settings.
	 * @param version the version to ask for
	 * @param logger where to log
	 * @throws IllegalArgumentException if an argument is null
	 */
	public SessionSettings {
		Assert.notNull(version, "version");
		Assert.notNull(logger, "logger");
	}

}
