package io.github.qos4j.spi;

import io.github.qos4j.QosVersion;
import io.github.qos4j.internal.util.Assert;

/**
 * Settings of a session. Immutable.
 *
 * @param version the requested version of the QoS subsystem
 * @param logger the logger of the handle, to be used by its sessions as well
 */
public record SessionSettings(QosVersion version, System.Logger logger) {

	/**
	 * Create settings.
	 * @param version the requested version of the QoS subsystem
	 * @param logger the logger of the handle
	 * @throws IllegalArgumentException if an argument is null
	 */
	public SessionSettings {
		Assert.notNull(version, "version");
		Assert.notNull(logger, "logger");
	}

}
