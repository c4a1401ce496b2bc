import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

import io.github.qos4j.Dscp;
import io.github.qos4j.Marking;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;

/**
 * Does with sockets what it is told, so that a packet capture can judge it. Each line of
 * input is one cell: number, kind of socket, family, steps. Each line of output is the
 * cell's result as JSON.
 * <p>
 * Steps: {@code connect}; {@code listen}; {@code accept}, a connection of the peer, which
 * takes the place of the one before; {@code add:FLOW:TYPE[:DSCP][@BACKEND]};
 * {@code refused:TYPE}, a flow that must not come to be; {@code close:FLOW};
 * {@code send:PHASE}, whose packets carry the cell's number and the phase;
 * {@code single:PHASE:TYPE[:DSCP]}, the same with marks of their own and without a flow;
 * {@code tls:PHASE}, the TLS handshake; {@code jdk:TOS}, the JDK's own option. What a TLS
 * socket sends cannot be read, so a datagram with the same text announces it.
 */
public final class WireProbe {

	private static final int MESSAGES = 3;

	private static final Map<String, QosHandle> handles = new LinkedHashMap<>();

	private WireProbe() {
	}

	public static void main(String[] args) throws IOException {
		String backend = args[0];
		BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		for (String line = input.readLine(); line != null; line = input.readLine()) {
			System.out.println(new Cell(line.split(" "), backend).run());
		}
		handles.values().forEach(QosHandle::close);
	}

	/**
	 * Return the handle of a backend. Nobody waits for it to open: that the first packet
	 * is marked all the same is part of what is proved.
	 */
	private static QosHandle handle(String backend) {
		return handles.computeIfAbsent(backend, (name) -> QosHandle.builder().backend(name).build());
	}

	private static final class Cell {

		private final String[] words;

		private final String backend;

		private final Map<String, QosFlow> flows = new LinkedHashMap<>();

		private final StringJoiner markings = new StringJoiner(",", "{", "}");

		Cell(String[] words, String backend) {
			this.words = words;
			this.backend = backend;
		}

		String run() {
			StringJoiner json = new StringJoiner(",", "{", "}");
			json.add("\"cell\":" + this.words[0]);
			try (Peer peer = Peer.open(this.words[1], this.words[2]);
					Local local = Local.open(this.words[1], this.words[2], peer)) {
				for (int i = 3; i < this.words.length; i++) {
					step(this.words[i], local);
				}
				json.add("\"connections\":" + local.connections());
			}
			catch (Exception ex) {
				json.add("\"error\":\"" + ex.toString().replaceAll("[\"\\\\\\p{Cntrl}]", "'") + "\"");
			}
			return json.add("\"flows\":" + this.markings).toString();
		}

		private void step(String step, Local local) throws IOException {
			String[] parts = step.split("[:@]");
			switch (parts[0]) {
				case "connect" -> local.connect();
				case "listen" -> local.listen();
				case "accept" -> local.accept();
				case "send" -> {
					for (int i = 0; i < MESSAGES; i++) {
						local.exchange(text(parts[1], i));
					}
				}
				case "single" -> {
					for (int i = 0; i < MESSAGES; i++) {
						local.exchangeSingle(text(parts[1], i), handle(this.backend), options(parts, parts.length));
					}
				}
				case "tls" -> local.handshake(text(parts[1], 0));
				case "add" -> add(parts, step.contains("@"), local);
				case "refused" -> requireRefusal(parts[1], local);
				case "close" -> this.flows.get(parts[1]).close();
				case "jdk" -> local.setTrafficClass(Integer.parseInt(parts[1]));
				default -> throw new IllegalArgumentException(step);
			}
		}

		private String text(String phase, int message) {
			return "cell " + this.words[0] + " " + phase + " " + message + ";";
		}

		private void add(String[] parts, boolean namesBackend, Local local) {
			int options = parts.length - (namesBackend ? 1 : 0);
			QosHandle handle = handle(namesBackend ? parts[options] : this.backend);
			QosFlow flow = local.add(handle, options(parts, options));
			this.flows.put(parts[1], flow);
			Marking marking = flow.marking();
			this.markings.add("\"" + parts[1] + "\":{\"state\":\"" + flow.state() + "\",\"applied\":"
					+ ((marking.applied() != null) ? marking.applied().value() : null) + "}");
		}

		private static QosFlowOptions options(String[] parts, int end) {
			return QosFlowOptions.of(TrafficType.valueOf(parts[2])).withDscp((end > 3) ? Dscp.parse(parts[3]) : null);
		}

		private void requireRefusal(String type, Local local) {
			try {
				local.add(handle(this.backend), QosFlowOptions.of(TrafficType.valueOf(type)));
			}
			catch (IllegalArgumentException ex) {
				return;
			}
			throw new IllegalStateException("The flow was not refused");
		}

	}

}
