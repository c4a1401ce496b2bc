package io.github.qos4j.internal.qwave;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;

import io.github.qos4j.spi.Availability;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.QosSocket;
import io.github.qos4j.spi.SessionSettings;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.ServiceState;
import io.github.qos4j.internal.jdk.Descriptors;

/**
 * The backend {@code qwave} as it is above the native border, over a {@link FakeQwave},
 * which can make {@code availability} and {@code service} hang as well.
 */
public class FakeQwaveBackend implements QosBackend {

	private final FakeQwave qwave;

	private final CompletionPort completions;

	private volatile ServiceState service = ServiceState.RUNNING;

	/**
	 * Create a backend.
	 * @param qwave the library
	 */
	public FakeQwaveBackend(FakeQwave qwave) {
		this.qwave = qwave;
		this.completions = new CompletionPort(qwave.kernel);
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
	public boolean mayBlock() {
		return new QwaveBackend().mayBlock();
	}

	@Override
	public QosSession open(SessionSettings settings) {
		return QwaveSession.open(this.qwave, FakeLoan::new, this.completions, settings.version(),
				System.getLogger(FakeQwaveBackend.class.getName()));
	}

	@Override
	public ServiceStatus queryServiceStatus() {
		this.qwave.waitAt("service");
		return new ServiceStatus(ServiceControl.SERVICE, this.service);
	}

	CompletionPort completions() {
		return this.completions;
	}

	/**
	 * The number of the Java socket itself.
	 */
	private static final class FakeLoan implements SocketLender.Loan {

		private final QosSocket socket;

		private final int number;

		FakeLoan(QosSocket socket) {
			this.socket = socket;
			this.number = Descriptors.lend(Descriptors.ownerOf(socket), (descriptor) -> descriptor);
		}

		@Override
		public long number() {
			return this.number;
		}

		@Override
		public int family() {
			// An IPv4 socket knows no option of IPv6.
			return (this.socket.get() instanceof DatagramChannel channel && isIpv4(channel)) ? SocketAddresses.AF_INET
					: SocketAddresses.AF_INET6;
		}

		private static boolean isIpv4(DatagramChannel channel) {
			try {
				return channel.getLocalAddress() instanceof InetSocketAddress local
						&& local.getAddress() instanceof Inet4Address;
			}
			catch (IOException ex) {
				return false;
			}
		}

		@Override
		public void close() {
		}

	}

}
