package io.github.qos4j.internal.socket;

import io.github.qos4j.Dscp;
import io.github.qos4j.Marking;
import io.github.qos4j.QosException;
import io.github.qos4j.internal.jdk.Descriptors;
import io.github.qos4j.internal.socket.SocketOptions.Family;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a claim asks for with what its socket has.
 *
 * @param options reads the socket
 * @param claim the claim
 * @param shared whether its flow has other sockets as well
 */
record ClaimMarking(SocketOptions options, Claim claim, boolean shared) {

	static final String UDP_RATE = "not enforced or unknown: for UDP only the queueing discipline fq keeps to it";

	private static final String NEWER_FLOW = "a newer flow on the same socket is in force";

	Marking marking() {
		MarkedSocket socket = this.claim.socket;
		Request request;
		Pacing pacing;
		boolean inForce;
		synchronized (socket) {
			request = this.claim.request;
			pacing = socket.pacing;
			inForce = this.claim == socket.newest;
		}
		Object owner = socket.get();
		if (owner == null) {
			return new Marking(request.dscp(), null, "the socket is gone");
		}
		try {
			return Descriptors.lend(owner, (descriptor) -> marking(descriptor, request, pacing, inForce));
		}
		catch (QosException ex) {
			return new Marking(request.dscp(), null, ex.getMessage());
		}
	}

	private Marking marking(int descriptor, Request request, @Nullable Pacing pacing, boolean inForce) {
		Dscp requested = request.dscp();
		SocketMarks marks = SocketMarks.read(this.options, descriptor);
		Dscp ipv4 = marks.dscp(Family.IPV4);
		Dscp ipv6 = marks.dscp(Family.IPV6);
		// Where the families differ, the one that is not as asked is the news.
		Dscp applied = ipv4.equals(requested) ? ipv6 : ipv4;
		String different = applied.equals(requested) ? null
				: inForce ? "another part of the application has set the socket's own option" : NEWER_FLOW;
		Family peer = marks.has(Family.IPV4) ? Family.IPV6 : this.options.peerFamily(descriptor);
		String unmarked = (peer == Family.IPV6) ? null
				: "IPv4 packets of a socket for both families have no DSCP on this system: use a socket of "
						+ "StandardProtocolFamily.INET, or -Djava.net.preferIPv4Stack=true";
		boolean reflecting = this.claim.socket.listener && this.options.isReflecting();
		String note = both(both(different, unmarked), both(reflecting ? MarkChanges.REFLECTING : null,
				rate(descriptor, request.bytesPerSecond(), pacing, inForce)));
		return new Marking(requested, (peer == Family.IPV4 || reflecting) ? null : applied, note);
	}

	private static @Nullable String both(@Nullable String first, @Nullable String second) {
		return (first == null) ? second : (second == null || second.equals(first)) ? first : first + "; " + second;
	}

	/**
	 * Return what there is to say about the rate.
	 */
	private @Nullable String rate(int descriptor, long wanted, @Nullable Pacing pacing, boolean inForce) {
		if (wanted == Request.NO_RATE) {
			return null;
		}
		if (!inForce) {
			return NEWER_FLOW;
		}
		try {
			long current = this.options.getRate(descriptor);
			if (pacing == null) {
				return "the rate is not enforced: this system does not limit sockets";
			}
			if (current != wanted) {
				return "another part of the application has set the socket's own rate";
			}
		}
		catch (QosException ex) {
			return "the rate is not enforced: " + ex.getMessage();
		}
		MarkedSocket socket = this.claim.socket;
		return !socket.stream ? "the rate is " + UDP_RATE
				: socket.listener ? "the rate is that of each accepted connection"
						: this.shared ? "the rate is that of each socket" : null;
	}

}
