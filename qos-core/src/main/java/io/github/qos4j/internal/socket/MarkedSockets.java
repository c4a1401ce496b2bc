package io.github.qos4j.internal.socket;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.FlowRate;
import io.github.qos4j.Marking;
import io.github.qos4j.PacketPriority;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.jdk.Descriptors;
import io.github.qos4j.internal.jdk.Descriptors.DescriptorFunction;
import org.jspecify.annotations.Nullable;

/**
 * All sockets of this process that have flows. There is one record for each socket
 * whatever handle its flows belong to, else the handle that closes first would restore
 * another one's mark as if it had been there before.
 */
final class MarkedSockets {

	private static final int CODE_POINTS = 64;

	private final Map<MarkedSocket, MarkedSocket> sockets = new ConcurrentHashMap<>();

	private final ReferenceQueue<Object> collected = new ReferenceQueue<>();

	private final SocketOptions options;

	/** Requests without a rate, shared by all flows that make them. */
	private final @Nullable Request[] plainRequests = new Request[TrafficType.values().length * CODE_POINTS];

	MarkedSockets(SocketOptions options) {
		this.options = options;
	}

	// Flows

	/**
	 * Mark a socket.
	 * @throws QosException if that fails; the socket is as before then
	 */
	SocketFlow add(QosSocket socket, QosFlowOptions flowOptions, Dscp dscp) {
		Request request = request(flowOptions, dscp);
		return claim(socket, (record) -> new SocketFlow(this, record, request));
	}

	/**
	 * Mark a further socket for a flow. Does nothing where the flow has that socket
	 * already.
	 * @throws QosException if that fails; the socket and the flow are as before then
	 */
	void join(SocketFlow flow, QosSocket socket) {
		synchronized (flow) {
			requireInForce(flow);
			Request request = requestOf(flow);
			Claim claim = claim(socket, (record) -> new Claim.Further(record, request, flow));
			if (isInPlace(claim)) {
				flow.add(claim).forEach(this::remove);
			}
		}
	}

	/**
	 * Change what a flow asks for.
	 * @throws QosException if that fails; the flow and its sockets are as before then
	 */
	void change(SocketFlow flow, QosFlowOptions flowOptions, Dscp dscp) {
		synchronized (flow) {
			requireInForce(flow);
			Request before = requestOf(flow);
			Request request = request(flowOptions, dscp);
			List<Claim> changed = new ArrayList<>();
			QosException closed = null;
			for (Claim claim : flow.claims()) {
				try {
					change(claim, request);
					changed.add(claim);
				}
				catch (QosException ex) {
					if (ex.errorCase() != ErrorCase.SOCKET_CLOSED) {
						changed.forEach((other) -> changeBack(other, before, ex));
						throw ex;
					}
					closed = ex;
				}
			}
			if (changed.isEmpty() && closed != null) {
				throw closed;
			}
		}
	}

	/**
	 * Take a flow from its sockets: on each, the newest flow left is in force then, or
	 * what was there before the first. Does nothing for a flow that was taken before.
	 * @throws QosException if restoring fails
	 */
	void remove(SocketFlow flow) {
		QosException failure = null;
		synchronized (flow) {
			flow.removed = true;
			for (Claim claim : flow.claims()) {
				try {
					remove(claim);
				}
				catch (QosException ex) {
					// The others are still to be restored.
					failure = (failure != null) ? failure : ex;
				}
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

	private static void requireInForce(SocketFlow flow) {
		if (flow.removed) {
			throw new QosException(ErrorCase.CANCELLED, "Flow is closed", null, null);
		}
	}

	private static boolean isInPlace(Claim claim) {
		synchronized (claim.socket) {
			return claim.socket.has(claim);
		}
	}

	private static Request requestOf(Claim claim) {
		synchronized (claim.socket) {
			return claim.request;
		}
	}

	private Request request(QosFlowOptions flowOptions, Dscp dscp) {
		TrafficType type = flowOptions.trafficType();
		FlowRate rate = flowOptions.rate();
		if (rate != null) {
			return new Request(dscp, this.options.priority(type), rate.bitsPerSecond() / 8);
		}
		int index = type.ordinal() * CODE_POINTS + dscp.value();
		Request request = this.plainRequests[index];
		if (request == null) {
			request = new Request(dscp, this.options.priority(type), Request.NO_RATE);
			this.plainRequests[index] = request;
		}
		return request;
	}

	// Claims on single sockets

	/**
	 * Put a claim on a socket, unless its flow has one there already.
	 */
	private <C extends Claim> C claim(QosSocket socket, Function<MarkedSocket, C> claims) {
		Object owner = Descriptors.ownerOf(socket);
		forgetCollected();
		while (true) {
			MarkedSocket fresh = new MarkedSocket(owner, socket, this.collected);
			MarkedSocket known = this.sockets.putIfAbsent(fresh, fresh);
			MarkedSocket record = (known != null) ? known : fresh;
			synchronized (record) {
				if (!record.retired) {
					C claim = claims.apply(record);
					if (claim == claim.flow() || !record.isClaimedBy(claim.flow())) {
						put(record, owner, claim);
					}
					return claim;
				}
			}
		}
	}

	private void put(MarkedSocket record, Object owner, Claim claim) {
		try {
			Descriptors.lend(owner, (descriptor) -> {
				SocketMarks before = apply(record, descriptor, claim.request);
				if (record.original == null) {
					record.original = before;
				}
				return null;
			});
			record.link(claim);
		}
		finally {
			if (record.newest == null) {
				retire(record);
			}
		}
	}

	private void change(Claim claim, Request request) {
		MarkedSocket record = claim.socket;
		synchronized (record) {
			Object owner = record.get();
			if (owner == null || !Descriptors.isOpen(owner)) {
				throw closed();
			}
			if (claim == record.newest) {
				Descriptors.lend(owner, (descriptor) -> apply(record, descriptor, request));
			}
			claim.request = request;
		}
	}

	private void changeBack(Claim claim, Request before, QosException failure) {
		try {
			change(claim, before);
		}
		catch (QosException ex) {
			failure.addSuppressed(ex);
		}
	}

	private void remove(Claim claim) {
		MarkedSocket record = claim.socket;
		forgetCollected();
		synchronized (record) {
			boolean inForce = claim == record.newest;
			if (!record.unlink(claim)) {
				return;
			}
			try {
				Object owner = record.get();
				if (inForce && owner != null) {
					Descriptors.lend(owner, (descriptor) -> restore(record, descriptor));
				}
			}
			catch (QosException ex) {
				if (ex.errorCase() != ErrorCase.SOCKET_CLOSED) {
					throw ex;
				}
			}
			finally {
				if (record.newest == null) {
					retire(record);
				}
			}
		}
	}

	/**
	 * Give a socket what a flow asks for, or leave it as it is.
	 * @return what was there before
	 */
	private SocketMarks apply(MarkedSocket record, int descriptor, Request request) {
		SocketMarks before = SocketMarks.read(this.options, descriptor);
		SocketMarks marks = before.with(request);
		try {
			marks.write(this.options, descriptor, before);
			limit(record, descriptor, request.bytesPerSecond());
		}
		catch (QosException ex) {
			undo(descriptor, before, ex);
			throw ex;
		}
		record.written = marks;
		return before;
	}

	private void undo(int descriptor, SocketMarks before, QosException failure) {
		try {
			before.write(this.options, descriptor, SocketMarks.read(this.options, descriptor));
		}
		catch (QosException ex) {
			failure.addSuppressed(ex);
		}
	}

	private @Nullable Void restore(MarkedSocket record, int descriptor) {
		SocketMarks original = record.original;
		SocketMarks written = record.written;
		Claim next = record.newest;
		if (original != null && written != null) {
			SocketMarks target = (next != null) ? original.with(next.request) : original;
			try {
				SocketMarks current = SocketMarks.read(this.options, descriptor);
				current.replace(written, target).write(this.options, descriptor, current);
				record.written = target;
			}
			finally {
				limit(record, descriptor, (next != null) ? next.request.bytesPerSecond() : Request.NO_RATE);
			}
		}
		return null;
	}

	/**
	 * Limit the rate of a socket, or restore the limit that was there before, if it is
	 * still ours.
	 */
	private void limit(MarkedSocket record, int descriptor, long wanted) {
		Pacing ours = record.pacing;
		if (wanted == Request.NO_RATE && ours == null) {
			return;
		}
		try {
			long current = this.options.getRate(descriptor);
			long original = (ours != null && ours.written() == current) ? ours.original() : current;
			long target = (wanted != Request.NO_RATE) ? wanted : original;
			if (target != current) {
				this.options.setRate(descriptor, target);
			}
			record.pacing = (wanted != Request.NO_RATE) ? new Pacing(original, wanted) : null;
		}
		catch (QosException ex) {
			if (ex.errorCase() != ErrorCase.NOT_SUPPORTED) {
				throw ex;
			}
			// The packets are marked all the same, and the marking tells the rest.
		}
	}

	private void retire(MarkedSocket record) {
		record.retired = true;
		this.sockets.remove(record);
	}

	private void forgetCollected() {
		for (Reference<?> gone = this.collected.poll(); gone != null; gone = this.collected.poll()) {
			this.sockets.remove(gone);
		}
	}

	private static QosException closed() {
		return new QosException(ErrorCase.SOCKET_CLOSED, "The socket is closed", null, null);
	}

	// Questions

	/**
	 * Return the marking of a flow; of the one of its sockets about which there is most
	 * to say, if it has several.
	 */
	Marking marking(SocketFlow flow) {
		List<Claim> claims = flow.claims();
		Marking marking = null;
		for (Claim claim : claims) {
			if (claims.size() == 1 || claim.socket.isOpen()) {
				Marking next = new ClaimMarking(this.options, claim, claims.size() > 1).marking();
				marking = (marking == null || isNews(next, marking)) ? next : marking;
			}
		}
		return (marking != null) ? marking : new Marking(requestOf(flow).dscp(), null, "the sockets are closed");
	}

	private static boolean isNews(Marking next, Marking known) {
		return (known.isApplied() == next.isApplied()) ? known.note() == null && next.note() != null
				: known.isApplied();
	}

	/**
	 * Return the marks of a flow's packets.
	 * @throws QosException if they cannot be told
	 */
	PacketPriority packetPriority(SocketFlow flow) {
		Marking marking = marking(flow);
		if (marking.applied() == null) {
			throw new QosException(ErrorCase.NOT_SUPPORTED, "The marks cannot be told: " + marking.note(), null, null);
		}
		return new PacketPriority(marking.applied(), marking.applied(), 0, 0);
	}

	/**
	 * Return the limit of a flow's rate in bits a second.
	 * @throws QosException if it cannot be told
	 */
	OptionalLong outgoingRate(SocketFlow flow) {
		return outgoingRate(flow.claims().stream().filter((claim) -> claim.socket.isOpen()).findFirst().orElse(flow));
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
	FlowFundamentals fundamentals(SocketFlow flow) {
		QosException closed = null;
		for (Claim claim : flow.claims()) {
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

	private static <T> T ask(Claim claim, DescriptorFunction<T> question) {
		Object owner = claim.socket.get();
		if (owner == null) {
			throw closed();
		}
		return Descriptors.lend(owner, question);
	}

	/**
	 * Return the number of sockets that have flows.
	 */
	int size() {
		return this.sockets.size();
	}

}
