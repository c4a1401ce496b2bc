import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;

import io.github.qos4j.FlowRate;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;

/**
 * Sends as much as sockets take. Argument: backend. Each line of input is a command, each
 * line of output its answer, as JSON. Rates are in bits a second; {@code none} is none.
 *
 * <pre>
 * connect NUMBER ADDRESS PORT SIZE RATE   connect, with a flow if there is a rate, and go
 *                                         on writing so many bytes at a time
 * rate NUMBER RATE                        change the rate of the flow
 * close NUMBER                            close the flow
 * end NUMBER                              close the socket
 * datagrams ADDRESS PORT SIZE RATE MILLIS send datagrams for so long, from a socket with
 *                                         a flow
 * </pre>
 */
public final class PacingProbe {

	private static final String NONE = "none";

	private static final Map<String, Sender> senders = new HashMap<>();

	private PacingProbe() {
	}

	public static void main(String[] args) throws IOException {
		BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		try (QosHandle handle = QosHandle.builder().backend(args[0]).build()) {
			for (String line = input.readLine(); line != null; line = input.readLine()) {
				String[] words = line.split(" ");
				System.out.println(switch (words[0]) {
					case "connect" -> connect(handle, words);
					case "rate" -> senders.get(words[1]).change(words[2]);
					case "close" -> senders.get(words[1]).closeFlow();
					case "end" -> senders.remove(words[1]).end();
					case "datagrams" -> datagrams(handle, words);
					default -> throw new IllegalArgumentException(line);
				});
			}
		}
	}

	private static String connect(QosHandle handle, String[] words) throws IOException {
		SocketChannel channel = SocketChannel.open();
		QosFlow flow = words[5].equals(NONE) ? null : handle.addFlow(channel, options(words[5]));
		channel.connect(new InetSocketAddress(words[2], Integer.parseInt(words[3])));
		Sender sender = new Sender(channel, flow);
		senders.put(words[1], sender);
		Thread writer = new Thread(() -> sender.write(Integer.parseInt(words[4])));
		writer.setDaemon(true);
		writer.start();
		return report(flow);
	}

	private static String datagrams(QosHandle handle, String[] words) throws IOException {
		try (DatagramChannel channel = DatagramChannel.open();
				QosFlow flow = handle.addFlow(channel, options(words[4]))) {
			channel.connect(new InetSocketAddress(words[1], Integer.parseInt(words[2])));
			ByteBuffer datagram = ByteBuffer.allocateDirect(Integer.parseInt(words[3]));
			long end = System.nanoTime() + Long.parseLong(words[5]) * 1_000_000;
			while (System.nanoTime() < end) {
				channel.write(datagram.clear());
			}
			return report(flow);
		}
	}

	private static QosFlowOptions options(String rate) {
		return QosFlowOptions.of(TrafficType.AUDIO_VIDEO)
			.withRate(rate.equals(NONE) ? null : FlowRate.of(Long.parseLong(rate)));
	}

	/**
	 * Return what a flow reports about itself.
	 */
	private static String report(QosFlow flow) {
		if (flow == null) {
			return "{}";
		}
		return "{\"state\":\"" + flow.state() + "\",\"rate\":" + rate(flow) + ",\"note\":"
				+ quoted(flow.marking().note()) + "}";
	}

	private static String rate(QosFlow flow) {
		try {
			OptionalLong rate = flow.outgoingRate().toCompletableFuture().join();
			return rate.isPresent() ? String.valueOf(rate.getAsLong()) : "null";
		}
		catch (CompletionException | QosException | IllegalStateException ex) {
			return quoted((ex instanceof CompletionException) ? ex.getCause().getMessage() : ex.getMessage());
		}
	}

	private static String quoted(String text) {
		return (text == null) ? "null" : "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
	}

	/**
	 * A connection, with or without a flow.
	 */
	private record Sender(SocketChannel channel, QosFlow flow) {

		void write(int size) {
			ByteBuffer data = ByteBuffer.allocateDirect(size);
			try {
				while (true) {
					this.channel.write(data);
					if (!data.hasRemaining()) {
						data.clear();
					}
				}
			}
			catch (ClosedChannelException ex) {
				// It was told to end.
			}
			catch (IOException ex) {
				ex.printStackTrace();
			}
		}

		String change(String rate) {
			this.flow.setOptions(options(rate)).toCompletableFuture().join();
			return report(this.flow);
		}

		String closeFlow() {
			this.flow.close();
			return "{}";
		}

		String end() throws IOException {
			this.channel.close();
			return "{}";
		}

	}

}
