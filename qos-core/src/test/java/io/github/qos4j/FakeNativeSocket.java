package io.github.qos4j;

import java.net.InetSocketAddress;

/**
 * A socket of a library. By itself it has no descriptor.
 */
public class FakeNativeSocket implements NativeSocket {

	private final int descriptor;

	private final Kind kind;

	public volatile boolean open = true;

	public volatile boolean confined;

	public volatile InetSocketAddress remoteAddress = new InetSocketAddress("192.0.2.1", 443);

	public FakeNativeSocket(Kind kind) {
		this(-1, kind);
	}

	public FakeNativeSocket(int descriptor, Kind kind) {
		this.descriptor = descriptor;
		this.kind = kind;
	}

	@Override
	public int descriptor() {
		return this.descriptor;
	}

	@Override
	public boolean isOpen() {
		return this.open;
	}

	@Override
	public boolean isConfined() {
		return this.confined;
	}

	@Override
	public Kind kind() {
		return this.kind;
	}

	@Override
	public InetSocketAddress localAddress() {
		return new InetSocketAddress("192.0.2.2", 1234);
	}

	@Override
	public InetSocketAddress remoteAddress() {
		return this.remoteAddress;
	}

}
