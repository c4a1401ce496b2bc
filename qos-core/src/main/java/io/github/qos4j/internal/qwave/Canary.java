package io.github.qos4j.internal.qwave;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.NativeError;
import io.github.qos4j.QosException;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import org.jspecify.annotations.Nullable;

/**
 * A flow of a session's own, which no application can have harmed, and so tells whether
 * the handle lives. Its socket is connected to nobody and never sends. Where the system
 * has something against the canary alone, other calls go on succeeding.
 */
final class Canary {

	/**
	 * An address of TEST-NET-1, which no machine has.
	 *
	 * @see <a href="https://www.rfc-editor.org/rfc/rfc5737">RFC 5737</a>
	 */
	private static final byte[] NOBODY = { (byte) 192, 0, 2, 1 };

	private static final int DISCARD = 9;

	/** Nobody knows all that a dead handle answers, but it never succeeds. */
	private static final int MOST_FAILURES = 3;

	private final NativeHandle handle;

	private final SocketLender lender;

	private @Nullable DatagramChannel socket;

	private int flowId = NativeHandle.NO_FLOW;

	/** Whether qWAVE has ever had a flow for it. */
	private boolean wasInForce;

	/** How often in a row the handle has failed it, and did nothing else meanwhile. */
	private int failures;

	/** How many calls had succeeded then. */
	private int successes;

	Canary(NativeHandle handle, SocketLender lender) {
		this.handle = handle;
		this.lender = lender;
	}

	/**
	 * Find out whether the handle lives: ask for the flow, or add it where there is none.
	 * @throws QosException with {@link ErrorCase#HANDLE_LOST} if the handle is dead, by
	 * what it says or because this is the third time running that it fails; with any
	 * other case it may be
	 */
	void verify() {
		if (this.flowId != NativeHandle.NO_FLOW) {
			judge(this::query);
			return;
		}
		// Without a socket nothing is learned about the handle.
		try (SocketLender.Loan loan = this.lender.borrow(QosSocket.of(socket()))) {
			judge(() -> add(loan.number()));
		}
	}

	private void judge(Runnable question) {
		try {
			question.run();
			this.failures = 0;
		}
		catch (QosException ex) {
			boolean running = this.handle.successes() == this.successes;
			this.successes = this.handle.successes();
			this.failures = running ? this.failures + 1 : 1;
			throw (this.failures < MOST_FAILURES) ? ex : lost(ex);
		}
	}

	private void query() {
		try {
			this.handle.packetPriority(this.flowId);
		}
		catch (QosException ex) {
			if (ex.errorCase() == ErrorCase.NOT_FOUND) {
				this.flowId = NativeHandle.NO_FLOW;
			}
			throw ex;
		}
	}

	private void add(long number) {
		try {
			this.flowId = this.handle.add(NativeHandle.NO_FLOW, number, null, TrafficType.BEST_EFFORT, false);
			this.wasInForce = true;
		}
		catch (QosException ex) {
			// Where there is no route the peer is this machine, which needs no flow.
			if (ex.errorCase() != ErrorCase.NOT_FOUND || this.wasInForce) {
				throw ex;
			}
		}
	}

	private static QosException lost(QosException failure) {
		String operation = failure.operation();
		if (failure.errorCase() == ErrorCase.HANDLE_LOST || operation == null) {
			return failure;
		}
		return new QosException(new NativeError(operation, failure.code().orElseThrow(), failure.symbol(),
				ErrorCase.HANDLE_LOST, (failure.remedy() != null) ? failure.remedy() : Win32Error.REOPEN));
	}

	private DatagramChannel socket() {
		DatagramChannel opened = (this.socket != null) ? this.socket : open();
		this.socket = opened;
		return opened;
	}

	private static DatagramChannel open() {
		try {
			DatagramChannel socket = DatagramChannel.open();
			try {
				return socket.connect(new InetSocketAddress(InetAddress.getByAddress(NOBODY), DISCARD));
			}
			catch (IOException ex) {
				// No route. Loopback needs none, but qWAVE may answer that it needs no
				// flow without asking its service.
				return connectToLoopback(socket);
			}
		}
		catch (IOException ex) {
			throw new QosException(ErrorCase.RESOURCES, "No socket for the canary: " + ex.getMessage(), null, ex);
		}
	}

	private static DatagramChannel connectToLoopback(DatagramChannel socket) throws IOException {
		try {
			return socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), DISCARD));
		}
		catch (IOException ex) {
			socket.close();
			throw ex;
		}
	}

	/**
	 * Close the socket. The flow ends with the handle.
	 */
	void close() {
		try {
			if (this.socket != null) {
				this.socket.close();
			}
		}
		catch (IOException ex) {
			// Nothing was sent, nothing is lost.
		}
	}

}
