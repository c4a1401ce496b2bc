import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;

import io.github.qos4j.FlowState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.jdk.Descriptors;

/**
 * Adds a flow for a socket while a second thread closes that socket and a third opens new
 * ones, which the system gives the number of the closed one. None of the new ones may
 * ever be marked.
 *
 * Arguments: number of rounds, seed, kinds of sockets. Prints for each kind
 * {@code kind;rounds;marked;reused;wrong;milliseconds}. After {@code naive} the numbers
 * of the sockets are used without any care, to show that this finds what goes wrong.
 */
final class RaceProbe {

	/** New sockets in each round, fewer where they take long. */
	private static final int OPENED = Platform.isWindows() ? 2 : 3;

	private static final NativeLibrary SOCKETS = NativeLibrary.getInstance(Platform.isWindows() ? "ws2_32" : "c");

	private static final Function GETSOCKOPT = SOCKETS.getFunction("getsockopt");

	private static final Function SETSOCKOPT = SOCKETS.getFunction("setsockopt");

	private static final int IP_TOS = Platform.isWindows() ? 3 : 1;

	private final QosHandle handle;

	private final Kind kind;

	private final boolean naive;

	private final Random random;

	private final CyclicBarrier begin = new CyclicBarrier(3);

	private final CyclicBarrier end = new CyclicBarrier(3);

	private volatile Closeable victim;

	private volatile QosFlow flow;

	private volatile List<Closeable> opened = List.of();

	private volatile IOException failure;

	private volatile boolean over;

	/** How long the two others wait at most, in nanoseconds. */
	private volatile int patience = Platform.isWindows() ? 1_000_000 : 100_000;

	private RaceProbe(QosHandle handle, Kind kind, boolean naive, long seed) {
		this.handle = handle;
		this.kind = kind;
		this.naive = naive;
		this.random = new Random(seed);
	}

	public static void main(String[] arguments) throws Exception {
		int rounds = Integer.parseInt(arguments[0]);
		long seed = Long.parseLong(arguments[1]);
		System.out.println("seed;" + seed);
		try (QosHandle handle = QosHandle.builder().build();
				ServerSocketChannel listener = ServerSocketChannel.open()
					.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000)) {
			handle.awaitOpen(Duration.ofSeconds(10));
			Kind.peer = (InetSocketAddress) listener.getLocalAddress();
			Thread accepting = new Thread(() -> drop(listener));
			accepting.setDaemon(true);
			accepting.start();
			boolean naive = false;
			for (String argument : List.of(arguments).subList(2, arguments.length)) {
				if (argument.equals("naive")) {
					naive = true;
				}
				else {
					new RaceProbe(handle, Kind.valueOf(argument), naive, seed).run(rounds);
				}
			}
		}
		System.out.println("end");
	}

	private static void drop(ServerSocketChannel listener) {
		while (listener.isOpen()) {
			try {
				listener.accept().close();
			}
			catch (IOException ex) {
				// Reset before it was accepted, or the listener is closed.
			}
		}
	}

	private void run(int rounds) throws Exception {
		Thread closer = start(this::closeVictim);
		Thread opener = start(this::openOthers);
		long start = System.nanoTime();
		int marked = 0;
		int reused = 0;
		int wrong = 0;
		for (int i = 0; i < rounds; i++) {
			this.victim = this.kind.open();
			int number = number(this.victim);
			this.flow = null;
			this.opened = List.of();
			this.begin.await();
			boolean active = this.naive ? mark(number) : add();
			this.end.await();
			marked += active ? 1 : 0;
			// So that a good part of the rounds closes too early, and a good part too late.
			this.patience = active ? Math.max(this.patience * 19 / 20, 500)
					: Math.min(this.patience * 20 / 19 + 1, 20_000_000);
			for (Closeable socket : this.opened) {
				reused += (number(socket) == number) ? 1 : 0;
				wrong += (tos(socket) != 0) ? 1 : 0;
				socket.close();
			}
			if (this.flow != null) {
				this.flow.close();
			}
			if (this.failure != null) {
				throw this.failure;
			}
		}
		this.over = true;
		this.begin.await();
		closer.join();
		opener.join();
		System.out.println(String.join(";", this.kind.name() + (this.naive ? " naive" : ""), "" + rounds, "" + marked, "" + reused, "" + wrong,
				"" + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)));
	}

	/**
	 * Mark whatever socket has a number now.
	 */
	private boolean mark(int number) {
		spin();
		return setTos(number, 224) == 0;
	}

	private boolean add() {
		try {
			QosFlow added = this.kind.add(this.handle, this.victim);
			this.flow = added;
			return awaitDecision(added) == FlowState.ACTIVE;
		}
		catch (IllegalArgumentException ex) {
			// Closed before it was given.
			return false;
		}
	}

	private static FlowState awaitDecision(QosFlow added) {
		if (added.state() == FlowState.PENDING) {
			try {
				added.whenActive().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
			}
			catch (CompletionException ex) {
				return FlowState.CLOSED;
			}
		}
		return added.state();
	}

	private Thread start(IoAction action) {
		Thread thread = new Thread(() -> {
			try {
				for (this.begin.await(); !this.over; this.begin.await()) {
					try {
						action.run();
					}
					catch (IOException ex) {
						this.failure = ex;
					}
					this.end.await();
				}
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		});
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	private void closeVictim() throws IOException {
		spin();
		this.victim.close();
	}

	private void openOthers() throws IOException {
		List<Closeable> sockets = new ArrayList<>();
		for (int i = 0; i < OPENED; i++) {
			spin();
			sockets.add(this.kind.open());
		}
		this.opened = sockets;
	}

	private void spin() {
		int nanos;
		synchronized (this.random) {
			nanos = this.random.nextInt(this.patience);
		}
		long until = System.nanoTime() + nanos;
		while (System.nanoTime() < until) {
			Thread.onSpinWait();
		}
	}

	private static int number(Object socket) {
		return Descriptors.lend(Descriptors.ownerOf(socket), (descriptor) -> descriptor);
	}

	/**
	 * Return a socket's TOS of IPv4 packets.
	 */
	private static int tos(Object socket) {
		int[] value = new int[1];
		int result = Descriptors.lend(Descriptors.ownerOf(socket), (number) -> GETSOCKOPT
			.invokeInt(new Object[] { nativeSocket(number), 0, IP_TOS, value, new int[] { Integer.BYTES } }));
		if (result != 0) {
			throw new IllegalStateException("getsockopt failed");
		}
		return value[0];
	}

	private static int setTos(int number, int value) {
		return SETSOCKOPT
			.invokeInt(new Object[] { nativeSocket(number), 0, IP_TOS, new int[] { value }, Integer.BYTES });
	}

	private static Object nativeSocket(int number) {
		if (Platform.isWindows()) {
			return (long) number;
		}
		return number;
	}

	/**
	 * A kind of socket. Connected where it can be, since qWAVE marks no others.
	 */
	enum Kind {

		DATAGRAM_CHANNEL {

			@Override
			Closeable open() throws IOException {
				return DatagramChannel.open().connect(peer);
			}

		},

		DATAGRAM_SOCKET {

			@Override
			Closeable open() throws IOException {
				DatagramSocket socket = new DatagramSocket();
				socket.connect(peer);
				return socket;
			}

		},

		MULTICAST_SOCKET {

			@Override
			Closeable open() throws IOException {
				MulticastSocket socket = new MulticastSocket();
				socket.connect(peer);
				return socket;
			}

		},

		SOCKET_CHANNEL {

			@Override
			Closeable open() throws IOException {
				return reset(SocketChannel.open(peer));
			}

		},

		SOCKET {

			@Override
			Closeable open() throws IOException {
				Socket socket = new Socket(peer.getAddress(), peer.getPort());
				socket.setSoLinger(true, 0);
				return socket;
			}

		},

		ASYNCHRONOUS_SOCKET_CHANNEL {

			@Override
			Closeable open() throws IOException {
				AsynchronousSocketChannel channel = AsynchronousSocketChannel.open();
				connect(channel);
				return channel;
			}

		},

		UNCONNECTED_SOCKET_CHANNEL {

			@Override
			Closeable open() throws IOException {
				return SocketChannel.open();
			}

		},

		SERVER_SOCKET_CHANNEL {

			@Override
			Closeable open() throws IOException {
				return ServerSocketChannel.open();
			}

		},

		SERVER_SOCKET {

			@Override
			Closeable open() throws IOException {
				return new ServerSocket(0);
			}

		},

		ASYNCHRONOUS_SERVER_SOCKET_CHANNEL {

			@Override
			Closeable open() throws IOException {
				return AsynchronousServerSocketChannel.open();
			}

		};

		static InetSocketAddress peer;

		abstract Closeable open() throws IOException;

		QosFlow add(QosHandle handle, Closeable socket) {
			return handle.addFlow(socketOf(socket), TrafficType.VOICE);
		}

		private static QosSocket socketOf(Closeable socket) {
			if (socket instanceof NetworkChannel channel) {
				return QosSocket.of(channel);
			}
			if (socket instanceof Socket tcp) {
				return QosSocket.of(tcp);
			}
			return (socket instanceof ServerSocket server) ? QosSocket.of(server) : QosSocket.of((DatagramSocket) socket);
		}

		private static void connect(AsynchronousSocketChannel channel) throws IOException {
			try {
				channel.connect(peer).get();
			}
			catch (ExecutionException | InterruptedException ex) {
				throw new IOException(ex);
			}
		}

		/**
		 * Have a connection end without TIME_WAIT, of which there is room for a few
		 * thousand only.
		 */
		private static SocketChannel reset(SocketChannel channel) throws IOException {
			channel.setOption(StandardSocketOptions.SO_LINGER, 0);
			return channel;
		}

	}

	interface IoAction {

		void run() throws IOException;

	}

}
