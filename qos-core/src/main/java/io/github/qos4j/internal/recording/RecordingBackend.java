package io.github.qos4j.internal.recording;

import io.github.qos4j.Availability;
import io.github.qos4j.Dscp;
import io.github.qos4j.Marking;
import io.github.qos4j.QosBackend;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSession;
import io.github.qos4j.QosSocket;
import io.github.qos4j.SessionSettings;
import io.github.qos4j.SessionFlow;

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
	public boolean isWaiting() {
		return false;
	}

	@Override
	public QosSession open(SessionSettings settings) {
		return new RecordingSession();
	}

	private static final class RecordingSession implements QosSession {

		@Override
		public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
			return () -> new Marking(dscp, dscp, "recorded, not applied");
		}

		@Override
		public void remove(SessionFlow flow) {
		}

		@Override
		public void close(Iterable<SessionFlow> flows) {
		}

	}

}
