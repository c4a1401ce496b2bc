package io.github.qos4j.internal.handle;

import java.time.Duration;
import java.util.List;

import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosVersion;
import io.github.qos4j.internal.util.Backoff;
import io.github.qos4j.spi.SessionSettings;

/**
 * What a handle was built with.
 *
 * @param name its name
 * @param version the version to ask for
 * @param profile which DSCP each traffic type gets
 * @param closeTimeout how long closing waits at most
 * @param backoff how long to wait before something is tried again
 * @param checkInterval how often to look whether flows are still in force
 * @param listeners told of changes
 * @param observers told of operations on the system
 * @param logger where the handle and its sessions log
 */
record HandleSettings(String name, QosVersion version, MarkingProfile profile, Duration closeTimeout, Backoff backoff,
		Duration checkInterval, List<QosHandle.Listener> listeners, List<QosHandle.Observer> observers,
		System.Logger logger) {

	HandleSettings {
		logger = new SafeLogger(logger);
	}

	/**
	 * Return what its sessions are opened with.
	 */
	SessionSettings session() {
		return new SessionSettings(this.version, this.logger);
	}

}
