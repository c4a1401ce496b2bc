package io.github.qos4j;

import io.github.qos4j.internal.util.Assert;

/**
 * Version of the QoS subsystem. Only 1.0 exists. Immutable.
 *
 * @param major the major version, always 1
 * @param minor the minor version, always 0
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/api/qos2/ns-qos2-qos_version">QOS_VERSION</a>
 */
public record QosVersion(int major, int minor) {

	/**
	 * Version 1.0, the only one.
	 */
	public static final QosVersion V1_0 = new QosVersion(1, 0);

	/**
	 * Create a version.
	 * @param major the major version
	 * @param minor the minor version
	 * @throws IllegalArgumentException if the version is not 1.0
	 */
	public QosVersion {
		if (major != 1 || minor != 0) {
			throw new IllegalArgumentException("QoS version must be 1.0 but was " + major + "." + minor);
		}
	}

	/**
	 * Parse a version.
	 * @param text the text, {@code 1.0}
	 * @return the version
	 * @throws IllegalArgumentException if the text is null or anything else
	 */
	public static QosVersion parse(String text) {
		if (!"1.0".equals(Assert.notNull(text, "text").strip())) {
			throw new IllegalArgumentException("QoS version must be 1.0 but was '" + text + "'");
		}
		return V1_0;
	}

	@Override
	public String toString() {
		return this.major + "." + this.minor;
	}

}
