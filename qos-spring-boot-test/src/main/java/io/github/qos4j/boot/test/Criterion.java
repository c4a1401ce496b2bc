package io.github.qos4j.boot.test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowRate;
import io.github.qos4j.TrafficType;
import io.github.qos4j.recording.RecordedFlow;
import io.github.qos4j.recording.RecordedFlow.RecordedMark;
import io.github.qos4j.recording.RecordedFlow.RecordedSocket;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of flows, and how that is told.
 *
 * @param text the criterion in words that can follow "flows"
 * @param condition whether a mark meets it
 */
record Criterion(String text, Predicate<Criterion.Marked> condition) {

	static Criterion trafficType(TrafficType type) {
		return new Criterion("marked " + type, (marked) -> marked.mark().options().trafficType() == type);
	}

	static Criterion dscp(Dscp dscp) {
		return new Criterion("with DSCP " + dscp, (marked) -> marked.mark().dscp().equals(dscp));
	}

	static Criterion rate(FlowRate rate) {
		return new Criterion("with a rate of " + rate.bitsPerSecond() + " bit/s",
				(marked) -> rate.equals(marked.mark().options().rate()));
	}

	static Criterion peer(String host, int port) {
		List<InetAddress> addresses = addressesOf(host);
		return new Criterion("to " + FlowTexts.address(host, port),
				(marked) -> marked.socket().remoteAddress() instanceof InetSocketAddress peer && peer.getPort() == port
						&& isHost(peer, host, addresses));
	}

	static Criterion peer(SocketAddress peer) {
		return new Criterion("to " + FlowTexts.address(peer), (marked) -> peer.equals(marked.socket().remoteAddress()));
	}

	static Criterion remotePort(int port) {
		return new Criterion("to port " + port, (marked) -> hasPort(marked.socket().remoteAddress(), port));
	}

	static Criterion localPort(int port) {
		return new Criterion("from port " + port, (marked) -> hasPort(marked.socket().localAddress(), port));
	}

	static Criterion tcp() {
		return new Criterion("over TCP", (marked) -> marked.socket().stream());
	}

	static Criterion udp() {
		return new Criterion("over UDP", (marked) -> !marked.socket().stream());
	}

	static Criterion listener() {
		return new Criterion("of a server socket", (marked) -> marked.socket().listener());
	}

	static Criterion inForce() {
		return new Criterion("in force", (marked) -> marked.flow().open() && marked.isLatest());
	}

	static Criterion closed() {
		return new Criterion("closed", (marked) -> !marked.flow().open());
	}

	private static boolean hasPort(@Nullable SocketAddress address, int port) {
		return address instanceof InetSocketAddress internet && internet.getPort() == port;
	}

	private static boolean isHost(InetSocketAddress peer, String host, List<InetAddress> addresses) {
		return peer.getHostString().toLowerCase(Locale.ROOT).equals(host.toLowerCase(Locale.ROOT))
				|| addresses.contains(peer.getAddress());
	}

	private static List<InetAddress> addressesOf(String host) {
		try {
			return List.of(InetAddress.getAllByName(host));
		}
		catch (UnknownHostException ex) {
			// Names are compared as well.
			return List.of();
		}
	}

	/**
	 * A socket of a flow with one of the marks that it has had.
	 *
	 * @param flow the flow
	 * @param socket the socket
	 * @param mark the mark
	 */
	record Marked(RecordedFlow flow, RecordedSocket socket, RecordedMark mark) {

		boolean isLatest() {
			List<RecordedMark> marks = this.socket.marks();
			return marks.get(marks.size() - 1) == this.mark;
		}

	}

}
