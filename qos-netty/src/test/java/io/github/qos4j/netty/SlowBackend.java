package io.github.qos4j.netty;

import java.util.concurrent.CountDownLatch;

import io.github.qos4j.recording.RecordingBackend;
import io.github.qos4j.spi.Availability;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionSettings;

/**
 * Needs long to load.
 */
class SlowBackend implements QosBackend {

	final CountDownLatch loaded = new CountDownLatch(1);

	final RecordingBackend recording = new RecordingBackend();

	@Override
	public String name() {
		return "slow";
	}

	@Override
	public Availability availability() {
		try {
			this.loaded.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return Availability.yes();
	}

	@Override
	public boolean mayBlock() {
		return false;
	}

	@Override
	public QosSession open(SessionSettings settings) {
		return this.recording.open(settings);
	}

}
