package io.github.qos4j.internal.none;

import io.github.qos4j.Availability;
import io.github.qos4j.Marking;
import io.github.qos4j.QosBackend;
import io.github.qos4j.QosSession;
import io.github.qos4j.SessionSettings;
import io.github.qos4j.internal.recording.RecordingSession;

/**
 * Marks nothing: the off switch for code that uses a handle, and what is left where
 * nothing else can be used.
 */
public final class NoneBackend implements QosBackend {

	@Override
	public String name() {
		return "none";
	}

	@Override
	public Availability availability() {
		return Availability.yes();
	}

	@Override
	public boolean isAutomatic() {
		return false;
	}

	@Override
	public boolean isWaiting() {
		return false;
	}

	@Override
	public QosSession open(SessionSettings settings) {
		return new RecordingSession((dscp) -> new Marking(dscp, null, "the backend 'none' marks nothing"));
	}

}
