package io.github.qos4j.internal.qwave;

import com.sun.jna.win32.StdCallLibrary;

import io.github.qos4j.internal.qwave.WindowsTypes.ULONG_PTR;

/**
 * Functions of {@code ws2_32.dll}.
 */
interface Winsock extends StdCallLibrary {

	/** Size of WSAPROTOCOL_INFOW, the same for 32 and 64 bits. */
	int PROTOCOL_INFO_SIZE = 628;

	/** WSASocketW: take family, type and protocol from the WSAPROTOCOL_INFOW. */
	int FROM_PROTOCOL_INFO = -1;

	/** WSASocketW: overlapped operations, and no child process inherits it. */
	int WSA_FLAG_OVERLAPPED_NO_HANDLE_INHERIT = 0x81;

	/** Offset of {@code iAddressFamily} in WSAPROTOCOL_INFOW. */
	int PROTOCOL_INFO_FAMILY = 76;

	/** shutdown: nothing more will be sent. */
	int SD_SEND = 1;

	/** What WSASocketW returns when it fails. */
	long INVALID_SOCKET = -1;

	/**
	 * Describe a socket so that it can be opened a second time.
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaduplicatesocketw">WSADuplicateSocketW</a>
	 */
	int WSADuplicateSocketW(ULONG_PTR s, int dwProcessId, byte[] lpProtocolInfo);

	/**
	 * Open a socket that was described.
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsasocketw">WSASocketW</a>
	 */
	ULONG_PTR WSASocketW(int af, int type, int protocol, byte[] lpProtocolInfo, int g, int dwFlags);

	/**
	 * End one direction of a connection, whoever else has the socket open.
	 */
	int shutdown(ULONG_PTR s, int how);

	/**
	 * Close a socket.
	 */
	int closesocket(ULONG_PTR s);

	/**
	 * Return the local address of a socket.
	 */
	int getsockname(ULONG_PTR s, byte[] name, int[] namelen);

}
