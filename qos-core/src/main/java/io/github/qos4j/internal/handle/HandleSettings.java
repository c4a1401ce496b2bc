package io.github.qos4j.internal.handle;

import java.time.Duration;
import java.util.List;

import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosListener;
import io.github.qos4j.internal.util.Backoff;
import io.github.qos4j.spi.SessionSettings;

/**
 * What a handle was built with.
 *
 * @param name its name
 * @param session what its sessions are opened with
 * @param profile which DSCP each traffic type gets
 * @param closeTimeout how long closing waits at most
 * @param backoff how long to wait before something is tried again
 * @param checkInterval how often to look whether flows are still in force
 * @param listeners told of changes
 * @param logger where the handle logs
 */
record HandleSettings(String name, SessionSettings session, MarkingProfile profile, Duration closeTimeout,
		Backoff backoff, Duration checkInterval, List<QosListener> listeners, System.Logger logger) {

}
