package io.github.qos4j.internal.socket;

import java.util.ArrayList;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.QosException;
import io.github.qos4j.internal.socket.MarkedSocket.Claim;
import io.github.qos4j.internal.socket.MarkedSocket.Standing;
import io.github.qos4j.internal.socket.SocketOptions.Family;
import org.jspecify.annotations.Nullable;

/**
 * What a claim asks for compared with what its socket has.
 *
 * @param requested the code point that it asks for
 * @param applied the code point that the socket has, or {@code null} if it is not known
 * @param notes what else there is to say
 */
record ClaimMarking(Dscp requested, @Nullable Dscp applied, List<String> notes) {

	static final String UDP_RATE = "not enforced or unknown: for UDP only the queueing discipline fq keeps to it";

	private static final String NEWER_FLOW = "a newer flow on the same socket is in force";

	/**
	 * Read what a socket has.
	 * @param shared whether the claim's flow has other sockets as well
	 */
	static ClaimMarking read(SocketOptions options, Claim claim, boolean shared) {
		Standing standing = claim.socket.standing(claim);
		Dscp requested = standing.request().dscp();
		Object owner = claim.socket.get();
		if (owner == null) {
			return new ClaimMarking(requested, null, List.of("the socket is gone"));
		}
		try {
			return claim.socket.lend(options, owner,
					(descriptor) -> new Reading(options, descriptor, claim.socket, standing, shared).marking());
		}
		catch (QosException ex) {
			return new ClaimMarking(requested, null, List.of(String.valueOf(ex.getMessage())));
		}
	}

	boolean isApplied() {
		return this.requested.equals(this.applied);
	}

	/**
	 * A look at a socket whose descriptor is lent.
	 */
	private record Reading(SocketOptions options, int descriptor, MarkedSocket socket, Standing standing,
			boolean shared) {

		ClaimMarking marking() {
			Dscp requested = this.standing.request().dscp();
			SocketMarks marks = SocketMarks.read(this.options, this.descriptor);
			Dscp ipv4 = marks.dscp(Family.IPV4);
			Dscp ipv6 = marks.dscp(Family.IPV6);
			// Where the families differ, the one that is not as asked is the news.
			Dscp applied = ipv4.equals(requested) ? ipv6 : ipv4;
			List<String> notes = new ArrayList<>();
			if (!applied.equals(requested)) {
				notes.add(this.standing.inForce() ? "another part of the application has set the socket's own option"
						: NEWER_FLOW);
			}
			Family peer = marks.has(Family.IPV4) ? Family.IPV6 : this.options.peerFamily(this.descriptor);
			if (peer != Family.IPV6) {
				notes.add("IPv4 packets of a socket for both families have no DSCP on this system: use a socket of "
						+ "StandardProtocolFamily.INET, or -Djava.net.preferIPv4Stack=true");
			}
			boolean reflecting = this.socket.listener && this.options.isReflecting();
			if (reflecting) {
				notes.add(MarkChanges.REFLECTING);
			}
			String rate = rate();
			if (rate != null) {
				notes.add(rate);
			}
			return new ClaimMarking(requested, (peer == Family.IPV4 || reflecting) ? null : applied, notes);
		}

		/**
		 * Return what there is to say about the rate.
		 */
		private @Nullable String rate() {
			long wanted = this.standing.request().bytesPerSecond();
			if (wanted == Request.NO_RATE) {
				return null;
			}
			if (!this.standing.inForce()) {
				return NEWER_FLOW;
			}
			try {
				long current = this.options.getRate(this.descriptor);
				if (this.standing.pacing() == null) {
					return "the rate is not enforced: this system does not limit sockets";
				}
				if (current != wanted) {
					return "another part of the application has set the socket's own rate";
				}
			}
			catch (QosException ex) {
				return "the rate is not enforced: " + ex.getMessage();
			}
			return !this.socket.stream ? "the rate is " + UDP_RATE
					: this.socket.listener ? "the rate is that of each accepted connection"
							: this.shared ? "the rate is that of each socket" : null;
		}

	}

}
