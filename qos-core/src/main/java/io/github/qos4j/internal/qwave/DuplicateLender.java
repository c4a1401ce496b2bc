package io.github.qos4j.internal.qwave;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import com.sun.jna.Native;

import io.github.qos4j.QosException;
import io.github.qos4j.QosSocket;
import io.github.qos4j.internal.jdk.Descriptors;
import io.github.qos4j.internal.qwave.WindowsTypes.ULONG_PTR;

/**
 * Lends duplicates. The JDK's lock on a socket is held only while the duplicate is made:
 * under it the application could neither send nor receive nor close, and a call to a
 * hanging service would freeze its sockets. A duplicate shares the endpoint, so marking
 * the one marks the other. It also keeps the endpoint open, so the peer of a connection
 * that the application closes meanwhile is told by us.
 */
final class DuplicateLender implements SocketLender {

	/** How often the sockets of long loans are looked at. Few loans last so long. */
	private static final Executor LATER = CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS);

	private final Winsock winsock;

	private final int processId;

	DuplicateLender(Winsock winsock, int processId) {
		this.winsock = winsock;
		this.processId = processId;
	}

	@Override
	public Loan borrow(QosSocket socket) {
		Duplicate duplicate = Descriptors.lend(Descriptors.ownerOf(socket),
				(descriptor) -> duplicate(socket, descriptor));
		if (socket.isStream()) {
			LATER.execute(duplicate::tellPeer);
		}
		return duplicate;
	}

	private Duplicate duplicate(QosSocket socket, int descriptor) {
		byte[] description = new byte[Winsock.PROTOCOL_INFO_SIZE];
		if (this.winsock.WSADuplicateSocketW(new ULONG_PTR(Integer.toUnsignedLong(descriptor)), this.processId,
				description) != 0) {
			throw failure("WSADuplicateSocketW");
		}
		long duplicate = this.winsock
			.WSASocketW(Winsock.FROM_PROTOCOL_INFO, Winsock.FROM_PROTOCOL_INFO, Winsock.FROM_PROTOCOL_INFO, description,
					0, Winsock.WSA_FLAG_OVERLAPPED_NO_HANDLE_INHERIT)
			.longValue();
		if (duplicate == Winsock.INVALID_SOCKET || duplicate == 0xFFFFFFFFL && Native.POINTER_SIZE == 4) {
			throw failure("WSASocketW");
		}
		int family = ByteBuffer.wrap(description).order(ByteOrder.nativeOrder()).getInt(Winsock.PROTOCOL_INFO_FAMILY);
		return new Duplicate(socket, duplicate, family);
	}

	private static QosException failure(String operation) {
		return new QosException(Win32Error.of(operation, Native.getLastError()));
	}

	/**
	 * A duplicate. Its methods exclude each other: once it is closed, its number may be
	 * that of another socket.
	 */
	private final class Duplicate implements Loan {

		private final QosSocket original;

		private final long number;

		private final int family;

		private boolean closed;

		Duplicate(QosSocket original, long number, int family) {
			this.original = original;
			this.number = number;
			this.family = family;
		}

		@Override
		public long number() {
			return this.number;
		}

		@Override
		public int family() {
			return this.family;
		}

		/**
		 * If the original has been closed, end the connection as its close would have
		 * done.
		 */
		synchronized void tellPeer() {
			if (this.closed) {
				return;
			}
			if (this.original.isOpen()) {
				LATER.execute(this::tellPeer);
			}
			else {
				DuplicateLender.this.winsock.shutdown(new ULONG_PTR(this.number), Winsock.SD_SEND);
			}
		}

		@Override
		public synchronized void close() {
			this.closed = true;
			DuplicateLender.this.winsock.closesocket(new ULONG_PTR(this.number));
		}

	}

}
