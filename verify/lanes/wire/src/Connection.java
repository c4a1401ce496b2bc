import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

import javax.net.ssl.SSLSocketFactory;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;

/**
 * A TCP connection of any kind, or a socket that will become one.
 */
interface Connection extends Closeable {

	void connect(InetSocketAddress peer) throws IOException;

	InputStream input() throws IOException;

	OutputStream output() throws IOException;

	QosFlow add(QosHandle handle, QosFlowOptions options);

	void setTrafficClass(int value) throws IOException;

	InetSocketAddress local() throws IOException;

	InetSocketAddress remote() throws IOException;

	/**
	 * A {@link Socket}, plain or TLS.
	 */
	class OfSocket implements Connection {

		Socket socket;

		OfSocket(Socket socket) {
			this.socket = socket;
		}

		@Override
		public void connect(InetSocketAddress peer) throws IOException {
			this.socket.connect(peer);
		}

		@Override
		public InputStream input() throws IOException {
			return this.socket.getInputStream();
		}

		@Override
		public OutputStream output() throws IOException {
			return this.socket.getOutputStream();
		}

		@Override
		public QosFlow add(QosHandle handle, QosFlowOptions options) {
			return handle.addFlow(this.socket, options);
		}

		@Override
		public void setTrafficClass(int value) throws IOException {
			this.socket.setTrafficClass(value);
		}

		@Override
		public InetSocketAddress local() {
			return (InetSocketAddress) this.socket.getLocalSocketAddress();
		}

		@Override
		public InetSocketAddress remote() {
			return (InetSocketAddress) this.socket.getRemoteSocketAddress();
		}

		@Override
		public void close() throws IOException {
			this.socket.close();
		}

	}

	/**
	 * A TLS socket over a plain one, once that is connected.
	 */
	class Layered extends OfSocket {

		Layered(Socket below) {
			super(below);
		}

		@Override
		public void connect(InetSocketAddress peer) throws IOException {
			super.connect(peer);
			SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
			this.socket = factory.createSocket(this.socket, "localhost", peer.getPort(), true);
		}

	}

	/**
	 * A {@link SocketChannel}.
	 */
	record OfChannel(SocketChannel channel) implements Connection {

		@Override
		public void connect(InetSocketAddress peer) throws IOException {
			this.channel.connect(peer);
		}

		@Override
		public InputStream input() {
			return Channels.newInputStream(this.channel);
		}

		@Override
		public OutputStream output() {
			return Channels.newOutputStream(this.channel);
		}

		@Override
		public QosFlow add(QosHandle handle, QosFlowOptions options) {
			return handle.addFlow(this.channel, options);
		}

		@Override
		public void setTrafficClass(int value) throws IOException {
			this.channel.setOption(StandardSocketOptions.IP_TOS, value);
		}

		@Override
		public InetSocketAddress local() throws IOException {
			return (InetSocketAddress) this.channel.getLocalAddress();
		}

		@Override
		public InetSocketAddress remote() throws IOException {
			return (InetSocketAddress) this.channel.getRemoteAddress();
		}

		@Override
		public void close() throws IOException {
			this.channel.close();
		}

	}

	/**
	 * An {@link AsynchronousSocketChannel}.
	 */
	record OfAsynchronousChannel(AsynchronousSocketChannel channel) implements Connection {

		@Override
		public void connect(InetSocketAddress peer) throws IOException {
			await(this.channel.connect(peer));
		}

		@Override
		public InputStream input() {
			return Channels.newInputStream(this.channel);
		}

		@Override
		public OutputStream output() {
			return Channels.newOutputStream(this.channel);
		}

		@Override
		public QosFlow add(QosHandle handle, QosFlowOptions options) {
			return handle.addFlow(this.channel, options);
		}

		@Override
		public void setTrafficClass(int value) throws IOException {
			this.channel.setOption(StandardSocketOptions.IP_TOS, value);
		}

		@Override
		public InetSocketAddress local() throws IOException {
			return (InetSocketAddress) this.channel.getLocalAddress();
		}

		@Override
		public InetSocketAddress remote() throws IOException {
			return (InetSocketAddress) this.channel.getRemoteAddress();
		}

		@Override
		public void close() throws IOException {
			this.channel.close();
		}

		static <T> T await(Future<T> future) throws IOException {
			try {
				return future.get();
			}
			catch (ExecutionException | InterruptedException ex) {
				throw new IOException(ex);
			}
		}

	}

}
