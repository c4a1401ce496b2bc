import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;
import java.util.concurrent.locks.LockSupport;

import io.github.qos4j.Dscp;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;

/**
 * Sends datagrams as voice does, so that their way can be timed. Arguments: backend,
 * peer's address and port, seed. Each line of input is one run: how many datagrams each
 * flow sends, how many microseconds apart, the marking profile, and the flows, each with
 * a number and a traffic type, or {@code none} for a socket without a flow. Each line of
 * output is what the flows of a run report, as JSON.
 * <p>
 * Flows of one run send at the same time, in an order that changes at random. A datagram
 * carries the number of its flow, its own number, and when it was sent.
 */
public final class VoiceSender {

	/** 20 ms of G.711 and an RTP header. */
	private static final int SIZE = 172;

	private static final Map<String, QosHandle> handles = new LinkedHashMap<>();

	private VoiceSender() {
	}

	public static void main(String[] args) throws IOException {
		InetSocketAddress peer = new InetSocketAddress(args[1], Integer.parseInt(args[2]));
		Random random = new Random(Long.parseLong(args[3]));
		BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		for (String line = input.readLine(); line != null; line = input.readLine()) {
			String[] words = line.split(" ");
			QosHandle handle = handles.computeIfAbsent(words[2],
					(profile) -> QosHandle.builder().backend(args[0])
						.markingProfile(MarkingProfile.named(profile))
						.build());
			List<Voice> voices = new ArrayList<>();
			for (int i = 3; i < words.length; i++) {
				voices.add(Voice.open(words[i].split(":"), handle, peer));
			}
			send(voices, Integer.parseInt(words[0]), Long.parseLong(words[1]) * 1000, random);
			System.out.println(report(voices));
			for (Voice voice : voices) {
				voice.close();
			}
		}
		handles.values().forEach(QosHandle::close);
	}

	private static void send(List<Voice> voices, int count, long intervalNanos, Random random) throws IOException {
		List<Voice> order = new ArrayList<>(voices);
		long start = System.nanoTime();
		for (int number = 0; number < count; number++) {
			Collections.shuffle(order, random);
			for (int i = 0; i < order.size(); i++) {
				awaitTime(start + number * intervalNanos + i * intervalNanos / order.size());
				order.get(i).send(number);
			}
		}
	}

	private static void awaitTime(long nanoTime) {
		for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
	}

	private static String report(List<Voice> voices) {
		StringJoiner json = new StringJoiner(",", "{", "}");
		for (Voice voice : voices) {
			if (voice.flow() != null) {
				Dscp applied = voice.flow().marking().applied();
				json.add("\"" + voice.number() + "\":{\"state\":\"" + voice.flow().state() + "\",\"applied\":"
						+ ((applied != null) ? applied.value() : null) + "}");
			}
		}
		return json.toString();
	}

	/**
	 * A socket, with or without a flow.
	 */
	private record Voice(int number, DatagramChannel channel, QosFlow flow, ByteBuffer datagram) {

		static Voice open(String[] parts, QosHandle handle, InetSocketAddress peer) throws IOException {
			DatagramChannel channel = DatagramChannel.open();
			QosFlow flow = parts[1].equals("none") ? null : handle.addFlow(channel, TrafficType.valueOf(parts[1]));
			channel.connect(peer);
			return new Voice(Integer.parseInt(parts[0]), channel, flow, ByteBuffer.allocateDirect(SIZE));
		}

		void send(int packet) throws IOException {
			this.datagram.clear();
			this.datagram.putInt(0, this.number).putInt(4, packet);
			Instant now = Instant.now();
			this.datagram.putLong(8, now.getEpochSecond() * 1_000_000_000 + now.getNano());
			this.channel.write(this.datagram);
		}

		void close() throws IOException {
			if (this.flow != null) {
				this.flow.close();
			}
			this.channel.close();
		}

	}

}
