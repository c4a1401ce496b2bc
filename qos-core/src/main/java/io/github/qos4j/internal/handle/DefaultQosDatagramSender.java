package io.github.qos4j.internal.handle;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

import io.github.qos4j.Dscp;
import io.github.qos4j.Marking;
import io.github.qos4j.QosDatagramSender;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.internal.util.Assert;
import io.github.qos4j.spi.DatagramOutput;
import io.github.qos4j.spi.QosBackend;
import org.jspecify.annotations.Nullable;

/**
 * Checks what the caller can have got wrong, and sends through a backend, or without
 * marks where it has no way to mark datagrams.
 */
final class DefaultQosDatagramSender implements QosDatagramSender {

	private final QosSocket socket;

	/** Keeps the socket. */
	private final Object javaSocket;

	/** What marks, or {@code null} where nothing can. */
	private final @Nullable DatagramOutput output;

	private final CodePoints dscp;

	private final Pause pause;

	/** Why datagrams are sent unmarked at present, or {@code null}. */
	private volatile @Nullable String unmarkedBecause;

	private DefaultQosDatagramSender(QosSocket socket, Object javaSocket, @Nullable DatagramOutput output,
			@Nullable String unmarkedBecause, CodePoints dscp, Pause pause) {
		this.socket = socket;
		this.javaSocket = javaSocket;
		this.output = output;
		this.unmarkedBecause = unmarkedBecause;
		this.dscp = dscp;
		this.pause = pause;
	}

	/**
	 * Return a sender.
	 * @param backend the backend, which may load a native library now
	 * @param socket an open UDP socket
	 * @param dscp gives the code point that options come to
	 * @param pause whether datagrams are to have no marks at present
	 */
	static QosDatagramSender open(QosBackend backend, QosSocket socket, CodePoints dscp, Pause pause) {
		Object javaSocket = socket.get();
		if (javaSocket == null || socket.isStream() || !socket.isOpen()) {
			throw new IllegalArgumentException("'socket' must be an open UDP socket but was " + socket);
		}
		try {
			return new DefaultQosDatagramSender(socket, javaSocket, backend.datagramOutput(socket), null, dscp, pause);
		}
		catch (QosException ex) {
			return new DefaultQosDatagramSender(socket, javaSocket, null, reason(ex), dscp, pause);
		}
	}

	@Override
	public boolean send(ByteBuffer datagram, InetSocketAddress destination, QosFlowOptions options) throws IOException {
		Assert.notNull(datagram, "datagram");
		Assert.notNull(destination, "destination");
		Assert.notNull(options, "options");
		if (destination.isUnresolved()) {
			throw new IllegalArgumentException("'destination' must be resolved but was " + destination);
		}
		if (destination.getPort() == 0) {
			throw new IllegalArgumentException("'destination' must have a port but was " + destination);
		}
		SocketAddress peer = this.socket.remoteAddress();
		if (peer != null && !peer.equals(destination)) {
			throw new IllegalArgumentException("'destination' must be the peer that the socket is connected to, " + peer
					+ ", but was " + destination);
		}
		return (this.output != null && !this.pause.isOn()) ? sendMarked(this.output, datagram, destination, options)
				: sendUnmarked(datagram, destination);
	}

	private boolean sendMarked(DatagramOutput marking, ByteBuffer datagram, InetSocketAddress destination,
			QosFlowOptions options) throws IOException {
		try {
			boolean sent = marking.send(datagram, destination, options.trafficType(), this.dscp.of(options));
			this.unmarkedBecause = null;
			return sent;
		}
		catch (QosException ex) {
			// What was refused is the mark. Sending goes on.
			this.unmarkedBecause = reason(ex);
			return sendUnmarked(datagram, destination);
		}
	}

	private boolean sendUnmarked(ByteBuffer datagram, InetSocketAddress destination) throws IOException {
		if (this.javaSocket instanceof DatagramChannel channel) {
			// An empty datagram is sent when nothing was.
			return !datagram.hasRemaining() | channel.send(datagram, destination) > 0;
		}
		byte[] data = new byte[datagram.remaining()];
		datagram.get(datagram.position(), data);
		((DatagramSocket) this.javaSocket).send(new DatagramPacket(data, data.length, destination));
		datagram.position(datagram.limit());
		return true;
	}

	private static String reason(QosException ex) {
		return ex.getMessage() + ((ex.remedy() != null) ? ". " + ex.remedy() : "");
	}

	@Override
	public Marking marking(QosFlowOptions options) {
		Dscp requested = this.dscp.of(Assert.notNull(options, "options"));
		String reason = this.pause.isOn() ? Pause.REASON : this.unmarkedBecause;
		return new Marking(requested, (reason != null) ? null : requested, reason);
	}

	@Override
	public String toString() {
		return "datagrams of " + this.javaSocket;
	}

}
