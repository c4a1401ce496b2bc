import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.ServerSocketChannel;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;

/**
 * A server socket of any kind.
 */
interface Listener extends Closeable {

	void bind(InetSocketAddress address) throws IOException;

	InetSocketAddress address() throws IOException;

	Connection accept() throws IOException;

	QosFlow add(QosHandle handle, QosFlowOptions options);

	void setTrafficClass(int value) throws IOException;

	/**
	 * A {@link ServerSocket}, plain or TLS.
	 */
	record OfSocket(ServerSocket socket) implements Listener {

		@Override
		public void bind(InetSocketAddress address) throws IOException {
			this.socket.bind(address);
		}

		@Override
		public InetSocketAddress address() {
			return (InetSocketAddress) this.socket.getLocalSocketAddress();
		}

		@Override
		public Connection accept() throws IOException {
			return new Connection.OfSocket(this.socket.accept());
		}

		@Override
		public QosFlow add(QosHandle handle, QosFlowOptions options) {
			return handle.addFlow(this.socket, options);
		}

		@Override
		public void setTrafficClass(int value) throws IOException {
			this.socket.setOption(StandardSocketOptions.IP_TOS, value);
		}

		@Override
		public void close() throws IOException {
			this.socket.close();
		}

	}

	/**
	 * A {@link ServerSocketChannel}.
	 */
	record OfChannel(ServerSocketChannel channel) implements Listener {

		@Override
		public void bind(InetSocketAddress address) throws IOException {
			this.channel.bind(address);
		}

		@Override
		public InetSocketAddress address() throws IOException {
			return (InetSocketAddress) this.channel.getLocalAddress();
		}

		@Override
		public Connection accept() throws IOException {
			return new Connection.OfChannel(this.channel.accept());
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
		public void close() throws IOException {
			this.channel.close();
		}

	}

	/**
	 * An {@link AsynchronousServerSocketChannel}.
	 */
	record OfAsynchronousChannel(AsynchronousServerSocketChannel channel) implements Listener {

		@Override
		public void bind(InetSocketAddress address) throws IOException {
			this.channel.bind(address);
		}

		@Override
		public InetSocketAddress address() throws IOException {
			return (InetSocketAddress) this.channel.getLocalAddress();
		}

		@Override
		public Connection accept() throws IOException {
			return new Connection.OfAsynchronousChannel(
					Connection.OfAsynchronousChannel.await(this.channel.accept()));
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
		public void close() throws IOException {
			this.channel.close();
		}

	}

}
