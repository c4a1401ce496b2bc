import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.ServerSocketChannel;

/**
 * A server socket of any kind.
 */
interface Listener extends Closeable {

	void bind(InetSocketAddress address) throws IOException;

	InetSocketAddress address() throws IOException;

	Connection accept() throws IOException;

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
		public void close() throws IOException {
			this.channel.close();
		}

	}

}
