package io.github.qos4j.internal.recording;

import io.github.qos4j.spi.Availability;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionSettings;

/**
 * Touches no socket and behaves as if every mark had been applied, for tests of
 * applications: what was asked for stands in {@link io.github.qos4j.QosHandle#flows()}.
 */
public final class RecordingBackend implements QosBackend {

	@Override
	public String name() {
		return "recording";
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
	public boolean mayBlock() {
		return false;
	}

	@Override
	public QosSession open(SessionSettings settings) {
		return new RecordingSession();
	}

}
