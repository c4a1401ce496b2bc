package io.github.qos4j.internal.socket;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.Marking;
import io.github.qos4j.PacketPriority;
import io.github.qos4j.QosException;
import io.github.qos4j.internal.jdk.Descriptors.DescriptorFunction;
import io.github.qos4j.internal.socket.MarkedSocket.Claim;

/**
 * What the sockets of a flow have now: asked of the system whenever somebody wants to
 * know, and kept nowhere. A flow is given as its claims, the one on its first socket
 * first.
 */
final class SocketReadings {

	private final SocketOptions options;

	SocketReadings(SocketOptions options) {
		this.options = options;
	}

	/**
	 * Return the marking of a flow. If it has several sockets, what is applied is that of
	 * the first one that is not as asked, and the note is about all of them.
	 */
	Marking marking(List<Claim> claims) {
		boolean shared = claims.size() > 1;
		List<ClaimMarking> markings = claims.stream()
			.filter((claim) -> !shared || claim.socket.isOpen())
			.map((claim) -> ClaimMarking.read(this.options, claim, shared))
			.toList();
		if (markings.isEmpty()) {
			return new Marking(claims.get(0).request().dscp(), null, "the sockets are closed");
		}
		ClaimMarking news = markings.stream()
			.filter((marking) -> !marking.isApplied())
			.findFirst()
			.orElse(markings.get(0));
		Set<String> notes = new LinkedHashSet<>(news.notes());
		markings.forEach((marking) -> notes.addAll(marking.notes()));
		return new Marking(news.requested(), news.applied(), notes.isEmpty() ? null : String.join("; ", notes));
	}

	/**
	 * Return the marks of a flow's packets.
	 * @throws QosException if they cannot be told
	 */
	PacketPriority packetPriority(List<Claim> claims) {
		Marking marking = marking(claims);
		if (marking.applied() == null) {
			throw new QosException(ErrorCase.NOT_SUPPORTED, "The marks cannot be told: " + marking.note(), null, null);
		}
		return new PacketPriority(marking.applied(), marking.applied(), 0, 0);
	}

	/**
	 * Return the limit of a flow's rate in bits a second.
	 * @throws QosException if it cannot be told
	 */
	OptionalLong outgoingRate(List<Claim> claims) {
		return outgoingRate(claims.stream().filter((claim) -> claim.socket.isOpen()).findFirst().orElse(claims.get(0)));
	}

	/**
	 * Return the limit of a socket's rate in bits a second.
	 * @throws QosException if it cannot be told
	 */
	OptionalLong outgoingRate(Claim claim) {
		long rate = ask(claim, this.options::getRate);
		if (rate <= 0) {
			// The kernel takes 0 for no limit as well.
			return OptionalLong.empty();
		}
		if (!claim.socket.stream) {
			throw new QosException(ErrorCase.NOT_SUPPORTED, "The rate is " + ClaimMarking.UDP_RATE, null, null);
		}
		return OptionalLong.of(TcpInfo.bitsOf(rate));
	}

	/**
	 * Return what is known about the path of a flow; of the first of its connections that
	 * are open, if it has several.
	 * @throws QosException if it cannot be told
	 */
	FlowFundamentals fundamentals(List<Claim> claims) {
		QosException closed = null;
		for (Claim claim : claims) {
			try {
				if (isConnection(claim)) {
					return tcpInfo(claim).fundamentals();
				}
			}
			catch (QosException ex) {
				if (ex.errorCase() == ErrorCase.NOT_SUPPORTED) {
					return FlowFundamentals.NOT_AVAILABLE;
				}
				if (ex.errorCase() != ErrorCase.SOCKET_CLOSED) {
					throw ex;
				}
				closed = ex;
			}
		}
		if (closed != null) {
			throw closed;
		}
		return FlowFundamentals.NOT_AVAILABLE;
	}

	/**
	 * Return whether there is a TCP connection to ask about, or will be.
	 */
	static boolean isConnection(Claim claim) {
		return claim.socket.stream && !claim.socket.listener;
	}

	/**
	 * Return what the system knows about a connection.
	 * @throws QosException if it cannot be told
	 */
	TcpInfo tcpInfo(Claim claim) {
		return ask(claim, this.options::tcpInfo);
	}

	private <T> T ask(Claim claim, DescriptorFunction<T> question) {
		return claim.socket.lend(this.options, claim.socket.requireOwner(), question);
	}

}
