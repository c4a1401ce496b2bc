package io.github.qos4j.internal.none;

import io.github.qos4j.spi.Availability;
import io.github.qos4j.Dscp;
import io.github.qos4j.Marking;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.QosSocket;
import io.github.qos4j.spi.SessionFlow;
import io.github.qos4j.spi.SessionSettings;

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
	public boolean mayBlock() {
		return false;
	}

	@Override
	public QosSession open(SessionSettings settings) {
		return new NoneSession();
	}

	private static final class NoneSession implements QosSession {

		@Override
		public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
			return new NoneFlow(dscp);
		}

		@Override
		public void join(SessionFlow flow, QosSocket socket) {
		}

		@Override
		public void change(SessionFlow flow, QosFlowOptions options, Dscp dscp) {
			((NoneFlow) flow).requested = dscp;
		}

		@Override
		public void remove(SessionFlow flow) {
		}

		@Override
		public void close(Iterable<SessionFlow> flows) {
		}

	}

	private static final class NoneFlow implements SessionFlow {

		private volatile Dscp requested;

		NoneFlow(Dscp requested) {
			this.requested = requested;
		}

		@Override
		public Marking marking() {
			return new Marking(this.requested, null, "the backend 'none' marks nothing");
		}

	}

}
