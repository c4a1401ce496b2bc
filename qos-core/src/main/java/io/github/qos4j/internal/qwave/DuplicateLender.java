package io.github.qos4j.internal.qwave;

import com.sun.jna.Native;
import com.sun.jna.platform.win32.BaseTSD.ULONG_PTR;

import io.github.qos4j.QosException;
import io.github.qos4j.QosSocket;
import io.github.qos4j.internal.jdk.Descriptors;

/**
 * Lends duplicates. The JDK's lock on a socket is held only while the duplicate is made:
 * under it the application could neither send nor receive nor close, and a call to a
 * hanging service would freeze its sockets. A duplicate shares the endpoint, so marking
 * the one marks the other; the peer sees the connection closed once both are.
 */
final class DuplicateLender implements SocketLender {

	private final Winsock winsock;

	private final int processId;

	DuplicateLender(Winsock winsock, int processId) {
		this.winsock = winsock;
		this.processId = processId;
	}

	@Override
	public Loan borrow(QosSocket socket) {
		long duplicate = Descriptors.lend(Descriptors.ownerOf(socket), this::duplicate);
		return new Loan(duplicate, () -> this.winsock.closesocket(new ULONG_PTR(duplicate)));
	}

	private long duplicate(int descriptor) {
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
		return duplicate;
	}

	private static QosException failure(String operation) {
		return new QosException(Win32Error.of(operation, Native.getLastError()));
	}

}
