package io.github.qos4j.boot.test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.stream.Collectors;

import io.github.qos4j.recording.RecordedFlow;
import io.github.qos4j.recording.RecordedFlow.RecordedMark;
import io.github.qos4j.recording.RecordedFlow.RecordedSocket;

/**
 * Recorded flows in words, for messages of failed assertions.
 */
final class FlowTexts {

	/** As many as anybody reads; the latest are what a test has done. */
	private static final int MOST = 20;

	private FlowTexts() {
	}

	/**
	 * Return the latest flows, one on each line.
	 */
	static String list(List<RecordedFlow> flows) {
		int left = Math.max(0, flows.size() - MOST);
		String earlier = (left > 0) ? "  ... " + left + " earlier ones\n" : "";
		return earlier + flows.stream().skip(left).map((flow) -> "  " + flow(flow)).collect(Collectors.joining("\n"));
	}

	private static String flow(RecordedFlow flow) {
		return flow.sockets().stream().map(FlowTexts::socket).collect(Collectors.joining("; "))
				+ (flow.open() ? ", open" : ", closed");
	}

	private static String socket(RecordedSocket socket) {
		String protocol = socket.stream() ? "tcp" : "udp";
		String local = (socket.localAddress() != null) ? " " + address(socket.localAddress()) : "";
		String marks = socket.marks().stream().map(FlowTexts::mark).collect(Collectors.joining(", then "));
		return protocol + (socket.listener() ? " server socket" : "") + local + peer(socket) + ": " + marks;
	}

	private static String peer(RecordedSocket socket) {
		if (socket.listener()) {
			return "";
		}
		return (socket.remoteAddress() != null) ? " -> " + address(socket.remoteAddress()) : " -> no known peer";
	}

	private static String mark(RecordedMark mark) {
		String rate = (mark.options().rate() != null) ? " at " + mark.options().rate().bitsPerSecond() + " bit/s" : "";
		return mark.options().trafficType() + ", DSCP " + mark.dscp() + rate;
	}

	static String address(SocketAddress address) {
		if (!(address instanceof InetSocketAddress internet)) {
			return address.toString();
		}
		InetAddress ip = internet.getAddress();
		return address((ip != null) ? ip.getHostAddress() : internet.getHostString(), internet.getPort());
	}

	static String address(String host, int port) {
		return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
	}

	/**
	 * Return what may help besides, each on a line that begins with its line break.
	 */
	static String advice(List<RecordedFlow> flows, List<String> remarks) {
		boolean unknown = flows.stream()
			.flatMap((flow) -> flow.sockets().stream())
			.anyMatch((socket) -> !socket.listener() && socket.remoteAddress() == null);
		return (unknown ? "\nThe peer of a socket that is not connected is known if QosSocket.to names it." : "")
				+ remarks.stream().map((remark) -> "\n" + remark).collect(Collectors.joining());
	}

}
