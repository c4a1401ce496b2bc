package io.github.qos4j.boot.metrics;

import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.Marking;
import io.github.qos4j.NativeError;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.Subscription;
import io.github.qos4j.TrafficType;
import io.github.qos4j.spi.InertBackend;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionFlow;
import io.github.qos4j.spi.SessionSettings;
import io.github.qos4j.spi.SystemListener;

/**
 * A backend that knows figures of each path, gives voice another mark while told to,
 * refuses control, and can lose its sessions.
 */
final class MeasuredBackend extends InertBackend {

	/** Flows that were asked for figures. */
	final Map<SessionFlow, Integer> asked = new ConcurrentHashMap<>();

	private final Set<SystemListener> listeners = ConcurrentHashMap.newKeySet();

	volatile boolean wrong;

	private volatile int session;

	@Override
	public String name() {
		return "measured";
	}

	@Override
	public QosSession open(SessionSettings settings) {
		return new Session();
	}

	@Override
	public Subscription watch(SystemListener listener) {
		this.listeners.add(listener);
		return () -> this.listeners.remove(listener);
	}

	void lose() {
		this.session++;
		this.listeners.forEach(SystemListener::resumed);
	}

	private final class Session implements QosSession {

		private final int number = MeasuredBackend.this.session;

		private void requireAlive() {
			if (this.number != MeasuredBackend.this.session) {
				throw new QosException(
						new NativeError("QOSQueryFlow", 6, "ERROR_INVALID_HANDLE", ErrorCase.HANDLE_LOST, null));
			}
		}

		@Override
		public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
			requireAlive();
			if (options.trafficType() == TrafficType.CONTROL) {
				throw new QosException(
						new NativeError("QOSAddSocketToFlow", 1, "EPERM", ErrorCase.ADMINISTRATOR, null));
			}
			boolean voice = options.trafficType() == TrafficType.VOICE;
			return new Flow(dscp, voice);
		}

		@Override
		public void remove(SessionFlow flow) {
			requireAlive();
		}

		@Override
		public FlowFundamentals fundamentals(SessionFlow flow, boolean fresh) {
			MeasuredBackend.this.asked.merge(flow, 1, Integer::sum);
			return new FlowFundamentals(FlowFundamentals.Measurement.MEASURED, OptionalLong.empty(),
					OptionalLong.of(8_000_000), OptionalLong.of(2_000), OptionalLong.empty(), OptionalLong.empty(),
					OptionalLong.empty());
		}

		@Override
		public void verifyAlive() {
			requireAlive();
		}

		@Override
		public void check(SessionFlow flow) {
			requireAlive();
		}

		@Override
		public void close(Iterable<SessionFlow> flows) {
		}

	}

	private final class Flow implements SessionFlow {

		private final Dscp dscp;

		private final boolean voice;

		Flow(Dscp dscp, boolean voice) {
			this.dscp = dscp;
			this.voice = voice;
		}

		@Override
		public Marking marking() {
			return new Marking(this.dscp, (this.voice && MeasuredBackend.this.wrong) ? Dscp.of(0) : this.dscp, null);
		}

	}

}
