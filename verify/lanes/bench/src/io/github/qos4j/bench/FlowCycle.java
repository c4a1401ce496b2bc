package io.github.qos4j.bench;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.jdk.Descriptors;

/**
 * Measures what it takes to add and close a flow, against the calls alone that this takes,
 * with sockets of each kind. Prints the microseconds of the calls, of the calls again, and
 * of a flow. Arguments: those of {@link Rounds}, flows in a turn, whether the natives of
 * the JDK are refused, and the library with the loop in C, which is compared with where
 * they are not; where they are, calls by JNA are.
 */
public final class FlowCycle {

	private static final int WARM_UP = 50_000;

	private FlowCycle() {
	}

	public static void main(String[] arguments) throws Exception {
		Rounds rounds = new Rounds(arguments);
		int flows = Integer.parseInt(arguments[3]);
		boolean refused = Boolean.parseBoolean(arguments[4]);
		requireNatives(!refused);
		Options options = refused ? Options.byJna() : Options.inC(arguments[5]);
		try (QosHandle handle = Handles.open();
				ServerSocketChannel server = ServerSocketChannel.open()
					.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
			Map<String, Object> sockets = sockets(server.getLocalAddress());
			for (Object socket : sockets.values()) {
				// No kind is the first or the only one that the compiler knows.
				cycle(handle, socket, WARM_UP);
			}
			for (Map.Entry<String, Object> kind : sockets.entrySet()) {
				QosSocket socket = qosSocket(kind.getValue());
				Object owner = Descriptors.ownerOf(socket);
				Rounds.Turn alone = Rounds.timed(flows, (times) -> Descriptors.lend(owner, (descriptor) -> {
					options.cycle(descriptor, times);
					return null;
				}));
				try (QosFlow flow = add(handle, kind.getValue())) {
					Handles.requireMark(flow);
				}
				rounds.run(kind.getKey(), alone, alone,
						Rounds.timed(flows, (times) -> cycle(handle, kind.getValue(), times)));
			}
		}
	}

	/**
	 * Return connected sockets of each kind that takes another path or other calls.
	 */
	private static Map<String, Object> sockets(SocketAddress server) throws Exception {
		Map<String, Object> sockets = new LinkedHashMap<>();
		sockets.put("UDP, IPv4", DatagramChannel.open(StandardProtocolFamily.INET).connect(Handles.DISCARD));
		sockets.put("TCP, IPv4", connected(SocketChannel.open(StandardProtocolFamily.INET), server));
		sockets.put("UDP, dual stack", DatagramChannel.open(StandardProtocolFamily.INET6).connect(Handles.DISCARD));
		sockets.put("TCP, dual stack", connected(SocketChannel.open(StandardProtocolFamily.INET6), server));
		DatagramSocket udp = new DatagramSocket();
		udp.connect(Handles.DISCARD);
		sockets.put("DatagramSocket, dual stack", udp);
		Socket tcp = new Socket();
		tcp.connect(server);
		sockets.put("Socket, dual stack", tcp);
		return sockets;
	}

	private static SocketChannel connected(SocketChannel channel, SocketAddress server) throws Exception {
		channel.connect(server);
		return channel;
	}

	private static void cycle(QosHandle handle, Object socket, int times) {
		for (int i = 0; i < times; i++) {
			add(handle, socket).close();
		}
	}

	private static QosFlow add(QosHandle handle, Object socket) {
		return (socket instanceof DatagramChannel channel) ? handle.addFlow(channel, TrafficType.VOICE)
				: (socket instanceof SocketChannel channel) ? handle.addFlow(channel, TrafficType.VOICE)
						: (socket instanceof DatagramSocket udp) ? handle.addFlow(udp, TrafficType.VOICE)
								: handle.addFlow((Socket) socket, TrafficType.VOICE);
	}

	private static QosSocket qosSocket(Object socket) {
		return (socket instanceof DatagramChannel channel) ? QosSocket.of(channel)
				: (socket instanceof SocketChannel channel) ? QosSocket.of(channel)
						: (socket instanceof DatagramSocket udp) ? QosSocket.of(udp) : QosSocket.of((Socket) socket);
	}

	private static void requireNatives(boolean wanted) {
		boolean there = true;
		try {
			Class.forName("io.github.qos4j.internal.jdk.NetOptions");
		}
		catch (ClassNotFoundException | LinkageError ex) {
			there = false;
		}
		if (there != wanted) {
			throw new IllegalStateException("The natives of the JDK are " + (there ? "there" : "refused"));
		}
	}

}
