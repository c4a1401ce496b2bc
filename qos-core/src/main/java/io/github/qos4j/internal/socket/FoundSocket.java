package io.github.qos4j.internal.socket;

import java.net.InetSocketAddress;

import io.github.qos4j.NativeSocket;
import io.github.qos4j.QosException;
import org.jspecify.annotations.Nullable;

/**
 * A connected socket of this process that was found by its number. Nobody has told of it,
 * so nobody tells of its end either: it is known by its cookie.
 */
final class FoundSocket implements NativeSocket {

	private final SocketOptions options;

	final long cookie;

	private final int descriptor;

	private final Kind kind;

	private final @Nullable InetSocketAddress localAddress;

	private final InetSocketAddress remoteAddress;

	/** Whether somebody who has the socket itself has added a flow to it. */
	private volatile boolean handedOver;

	FoundSocket(SocketOptions options, long cookie, int descriptor, Kind kind, @Nullable InetSocketAddress localAddress,
			InetSocketAddress remoteAddress) {
		this.options = options;
		this.cookie = cookie;
		this.descriptor = descriptor;
		this.kind = kind;
		this.localAddress = localAddress;
		this.remoteAddress = remoteAddress;
	}

	@Override
	public int descriptor() {
		return this.descriptor;
	}

	@Override
	public boolean isOpen() {
		try {
			return !this.handedOver && this.options.cookie(this.descriptor) == this.cookie;
		}
		catch (QosException ex) {
			// Closed, and the number is free or that of a file.
			return false;
		}
	}

	@Override
	public boolean isConfined() {
		return false;
	}

	@Override
	public Kind kind() {
		return this.kind;
	}

	@Override
	public @Nullable InetSocketAddress localAddress() {
		return this.localAddress;
	}

	@Override
	public InetSocketAddress remoteAddress() {
		return this.remoteAddress;
	}

	/**
	 * Count as closed from now on: the socket belongs to somebody who knows it better.
	 */
	void handOver() {
		this.handedOver = true;
	}

	@Override
	public String toString() {
		return this.kind + " " + this.localAddress + " -> " + this.remoteAddress;
	}

}
