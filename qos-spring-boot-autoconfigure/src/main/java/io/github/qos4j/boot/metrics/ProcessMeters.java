package io.github.qos4j.boot.metrics;

import java.util.concurrent.TimeUnit;

import io.github.qos4j.policy.ProcessMarker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;

/**
 * What looking through the sockets of the process takes and yields.
 */
final class ProcessMeters implements ProcessMarker.Observer {

	private final Timer looks;

	private final Counter examined;

	private final Counter marked;

	ProcessMeters(MeterGroup meters) {
		this.looks = meters.timer(QosMeter.PROCESS_LOOK);
		this.examined = meters.counter(QosMeter.PROCESS_EXAMINED);
		this.marked = meters.counter(QosMeter.PROCESS_MARKED);
	}

	@Override
	public void looked(long nanos, int sockets, int marked) {
		this.looks.record(nanos, TimeUnit.NANOSECONDS);
		this.examined.increment(sockets);
		this.marked.increment(marked);
	}

}
