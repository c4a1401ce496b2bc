package io.github.qos4j.sample;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Sends back what it receives over UDP and TCP, so that there is somebody to talk to. It
 * listens on loopback alone, and its answers are not marked.
 */
@Component
class EchoServer implements AutoCloseable {

	private static final String IPV4 = "127.0.0.1";

	private static final String IPV6 = "::1";

	private static final Logger logger = LoggerFactory.getLogger(EchoServer.class);

	private final List<EchoAddress> addresses = new CopyOnWriteArrayList<>();

	private final ByteBuffer buffer = ByteBuffer.allocate(65536);

	private final Selector selector;

	private final Thread thread = new Thread(this::serve, "sample-echo");

	/**
	 * Start the server.
	 * @param port the port, or 0 for any that is free
	 * @throws IOException if the port cannot be used for UDP over IPv4; the other
	 * addresses are left out where they are not available
	 */
	EchoServer(@Value("${sample.echo.port}") int port) throws IOException {
		this.selector = Selector.open();
		try {
			int chosen = listen(Protocol.UDP, IPV4, port);
			listenIfPossible(Protocol.TCP, IPV4, chosen);
			listenIfPossible(Protocol.UDP, IPV6, chosen);
			listenIfPossible(Protocol.TCP, IPV6, chosen);
		}
		catch (IOException ex) {
			this.selector.close();
			throw new IOException("Cannot listen on UDP port " + port + " ('sample.echo.port')", ex);
		}
		this.thread.setDaemon(true);
		this.thread.start();
	}

	/**
	 * Return where this server listens.
	 * @return the addresses, of which the first is UDP over IPv4
	 */
	List<EchoAddress> addresses() {
		return this.addresses;
	}

	/**
	 * Stop the server; its thread closes what it has opened.
	 */
	@Override
	public void close() throws InterruptedException {
		this.thread.interrupt();
		this.thread.join();
	}

	private void listenIfPossible(Protocol protocol, String host, int port) {
		try {
			listen(protocol, host, port);
		}
		catch (IOException | UnsupportedAddressTypeException ex) {
			logger.info("No echo over {} on {} port {}: {}", protocol, host, port, ex.toString());
		}
	}

	private int listen(Protocol protocol, String host, int port) throws IOException {
		return switch (protocol) {
			case UDP -> listen(protocol, DatagramChannel.open(), host, port);
			case TCP -> listen(protocol, ServerSocketChannel.open(), host, port);
		};
	}

	private <C extends SelectableChannel & NetworkChannel> int listen(Protocol protocol, C channel, String host,
			int port) throws IOException {
		try {
			channel.bind(new InetSocketAddress(host, port));
			register(channel);
			int bound = ((InetSocketAddress) channel.getLocalAddress()).getPort();
			this.addresses.add(new EchoAddress(protocol, host, bound));
			return bound;
		}
		catch (IOException | RuntimeException ex) {
			channel.close();
			throw ex;
		}
	}

	private void register(SelectableChannel channel) throws IOException {
		channel.configureBlocking(false);
		channel.register(this.selector, channel.validOps() & (SelectionKey.OP_ACCEPT | SelectionKey.OP_READ));
	}

	private void serve() {
		try (this.selector) {
			while (!Thread.currentThread().isInterrupted()) {
				this.selector.select((key) -> serve(key.channel()));
			}
			for (SelectionKey key : this.selector.keys()) {
				key.channel().close();
			}
		}
		catch (IOException ex) {
			logger.warn("Echo ended", ex);
		}
	}

	private void serve(SelectableChannel channel) {
		try {
			if (channel instanceof ServerSocketChannel server) {
				SocketChannel accepted = server.accept();
				// Its peer may have gone meanwhile.
				if (accepted != null) {
					register(accepted);
				}
			}
			else if (channel instanceof DatagramChannel udp) {
				echo(udp);
			}
			else if (channel instanceof SocketChannel tcp) {
				echo(tcp);
			}
		}
		catch (IOException ex) {
			logger.debug("No echo on {}", channel, ex);
		}
	}

	private void echo(DatagramChannel channel) throws IOException {
		SocketAddress peer = channel.receive(this.buffer.clear());
		if (peer != null) {
			channel.send(this.buffer.flip(), peer);
		}
	}

	private void echo(SocketChannel channel) throws IOException {
		boolean alive = false;
		try {
			int length = channel.read(this.buffer.clear());
			channel.write(this.buffer.flip());
			// Who does not take the answers is not waited for: others want theirs.
			alive = length >= 0 && !this.buffer.hasRemaining();
		}
		finally {
			if (!alive) {
				channel.close();
			}
		}
	}

	/**
	 * JSON that shows where the echo listens.
	 *
	 * @param protocol the protocol
	 * @param host the address
	 * @param port the port
	 */
	record EchoAddress(Protocol protocol, String host, int port) {

	}

}
