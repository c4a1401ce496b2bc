import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

import io.github.qos4j.Marking;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;

/**
 * Does with sockets what it is told, as {@code WireProbe} of the wire lane does, whose sockets these are. Each line of
 * the file that it is given is a cell: number, kind of socket, family, steps. Each line of output is the cell's result
 * as JSON.
 * <p>
 * Steps: {@code connect}; {@code listen}; {@code accept}; {@code add:FLOW:TYPE}, or {@code add:FLOW:TYPE@to} with the
 * peer as destination; {@code await:FLOW}, until it is active; {@code close:FLOW}, until it is removed;
 * {@code send:PHASE}; {@code tls:PHASE}.
 */
public final class KindsProbe {

	private static final int MESSAGES = 3;

	private final QosHandle handle;

	private final String number;

	private final Map<String, QosFlow> flows = new LinkedHashMap<>();

	private final StringJoiner markings = new StringJoiner(",", "{", "}");

	private KindsProbe(QosHandle handle, String number) {
		this.handle = handle;
		this.number = number;
	}

	public static void main(String[] args) throws Exception {
		try (BufferedReader input = Files.newBufferedReader(Path.of(args[0]));
				QosHandle handle = QosHandle.builder().backend("qwave").build()) {
			handle.awaitOpen(StandIn.SOON);
			for (String line = input.readLine(); line != null; line = input.readLine()) {
				String[] words = line.split(" ");
				System.out.println(new KindsProbe(handle, words[0]).run(words));
			}
		}
	}

	private String run(String[] words) {
		StringJoiner json = new StringJoiner(",", "{", "}");
		json.add("\"cell\":" + this.number);
		try (Peer peer = Peer.open(words[1], words[2]); Local local = Local.open(words[1], words[2], peer)) {
			for (String step : List.of(words).subList(3, words.length)) {
				step(step.split("[:@]"), local, peer);
			}
			json.add("\"connections\":" + local.connections());
		}
		catch (Exception ex) {
			json.add("\"error\":\"" + ex.toString().replaceAll("[\"\\\\\\p{Cntrl}]", "'") + "\"");
			this.flows.values().forEach(QosFlow::close);
		}
		return json.add("\"flows\":" + this.markings).toString();
	}

	private void step(String[] parts, Local local, Peer peer) throws Exception {
		switch (parts[0]) {
			case "connect" -> local.connect();
			case "listen" -> local.listen();
			case "accept" -> local.accept();
			case "send" -> {
				for (int i = 0; i < MESSAGES; i++) {
					local.exchange(text(parts[1], i));
				}
			}
			case "tls" -> local.handshake(text(parts[1], 0));
			case "add" -> {
				QosFlowOptions options = QosFlowOptions.of(TrafficType.valueOf(parts[2]));
				this.flows.put(parts[1], (parts.length > 3)
						? this.handle.addFlow(socket(local).to(peer.address()), options)
						: local.add(this.handle, options));
			}
			case "await" -> {
				QosFlow flow = this.flows.get(parts[1]);
				flow.awaitActive(StandIn.SOON);
				Marking marking = flow.marking();
				this.markings.add("\"" + parts[1] + "\":{\"state\":\"" + flow.state() + "\",\"applied\":"
						+ ((marking.applied() != null) ? marking.applied().value() : null) + "}");
			}
			case "close" -> {
				StandIn.mark();
				this.flows.get(parts[1]).close();
				StandIn.await("a removal", () -> StandIn.count("\"end\"", "QOSRemoveSocketFromFlow") == 1);
			}
			default -> throw new IllegalArgumentException(parts[0]);
		}
	}

	private static QosSocket socket(Local local) {
		if (local instanceof Local.Datagrams datagrams) {
			return QosSocket.of(datagrams.socket());
		}
		if (local instanceof Local.DatagramsOfChannel datagrams) {
			return QosSocket.of(datagrams.channel());
		}
		return QosSocket.of(((Connection.OfChannel) ((Local.Stream) local).connection()).channel());
	}

	private String text(String phase, int message) {
		return "cell " + this.number + " " + phase + " " + message + ";";
	}

}
