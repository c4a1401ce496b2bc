package io.github.qos4j.internal.qwave;

import io.github.qos4j.Availability;
import io.github.qos4j.QosBackend;
import io.github.qos4j.QosSession;
import io.github.qos4j.SessionSettings;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.ServiceState;
import io.github.qos4j.internal.jdk.Descriptors;

/**
 * The backend {@code qwave} as it is above the native border, over a {@link FakeQwave},
 * which can make {@code availability} and {@code service} hang as well.
 */
public class FakeQwaveBackend implements QosBackend {

	private final FakeQwave qwave;

	private volatile ServiceState service = ServiceState.RUNNING;

	/**
	 * Create a backend.
	 * @param qwave the library
	 */
	public FakeQwaveBackend(FakeQwave qwave) {
		this.qwave = qwave;
	}

	/**
	 * Set the state of the service.
	 * @param state the state
	 */
	public void service(ServiceState state) {
		this.service = state;
	}

	@Override
	public String name() {
		return new QwaveBackend().name();
	}

	@Override
	public Availability availability() {
		this.qwave.waitAt("availability");
		return Availability.yes();
	}

	@Override
	public boolean isWaiting() {
		return new QwaveBackend().isWaiting();
	}

	@Override
	public QosSession open(SessionSettings settings) {
		return QwaveSession.open(this.qwave, (socket) -> {
			int number = Descriptors.lend(Descriptors.ownerOf(socket), (descriptor) -> descriptor);
			return new SocketLender.Loan(number, () -> {
			});
		}, settings);
	}

	@Override
	public ServiceStatus service() {
		this.qwave.waitAt("service");
		return new ServiceStatus(ServiceControl.SERVICE, this.service);
	}

}
