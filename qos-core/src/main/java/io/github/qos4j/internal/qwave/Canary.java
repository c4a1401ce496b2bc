package io.github.qos4j.internal.qwave;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import org.jspecify.annotations.Nullable;

/**
 * The socket of a flow that tells whether its handle lives. It never sends.
 */
final class Canary {

	/**
	 * An address of TEST-NET-1, which no machine has.
	 *
	 * @see <a href="https://www.rfc-editor.org/rfc/rfc5737">RFC 5737</a>
	 */
	private static final byte[] NOBODY = { (byte) 192, 0, 2, 1 };

	private static final int DISCARD = 9;

	private Canary() {
	}

	static DatagramChannel open() {
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

	static void close(@Nullable DatagramChannel socket) {
		try {
			if (socket != null) {
				socket.close();
			}
		}
		catch (IOException ex) {
			// Nothing was sent, nothing is lost.
		}
	}

}
