package io.github.qos4j.internal.socket;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowRate;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.socket.MarkedSocket.Claim;
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

	private final SocketReadings readings;

	/** Requests without a rate, shared by all flows that make them. */
	private final @Nullable Request[] plainRequests = new Request[TrafficType.values().length * CODE_POINTS];

	MarkedSockets(SocketOptions options) {
		this.options = options;
		this.readings = new SocketReadings(options);
	}

	/**
	 * Mark a socket.
	 * @throws QosException if that fails; the socket is as before then
	 */
	SocketFlow add(QosSocket socket, QosFlowOptions flowOptions, Dscp dscp) {
		Request request = request(flowOptions, dscp);
		return claim(socket, (record) -> new SocketFlow(this.readings, record, request));
	}

	/**
	 * Mark a further socket for a flow. Does nothing where the flow has that socket
	 * already.
	 * @throws QosException if that fails; the socket and the flow are as before then
	 */
	void join(SocketFlow flow, QosSocket socket) {
		synchronized (flow) {
			requireInForce(flow);
			Request request = flow.request();
			Claim claim = claim(socket, (record) -> flow.further(record, request));
			if (claim.socket.has(claim)) {
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
			Request before = flow.request();
			Request request = request(flowOptions, dscp);
			List<Claim> changed = new ArrayList<>();
			QosException closed = null;
			for (Claim claim : flow.claims()) {
				try {
					claim.socket.change(this.options, claim, request);
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

	private void changeBack(Claim claim, Request before, QosException failure) {
		try {
			claim.socket.change(this.options, claim, before);
		}
		catch (QosException ex) {
			failure.addSuppressed(ex);
		}
	}

	/**
	 * Take a flow from its sockets: on each, the newest flow left is in force then, or
	 * what was there before the first. For a flow that was taken before, tries again what
	 * has failed then, and does nothing else.
	 * @throws QosException if restoring fails
	 */
	void remove(SocketFlow flow) {
		QosException failure;
		synchronized (flow) {
			flow.removed = true;
			failure = tryToRemove(flow);
			for (Claim claim : flow.furtherClaims()) {
				// The others are still to be restored.
				QosException another = tryToRemove(claim);
				failure = (failure != null) ? failure : another;
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

	private @Nullable QosException tryToRemove(Claim claim) {
		try {
			remove(claim);
			return null;
		}
		catch (QosException ex) {
			return ex;
		}
	}

	private static void requireInForce(SocketFlow flow) {
		if (flow.removed) {
			throw new QosException(ErrorCase.CANCELLED, "Flow is closed", null, null);
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

	/**
	 * Put a claim on a socket, unless its flow has one there already.
	 */
	private <C extends Claim> C claim(QosSocket socket, Function<MarkedSocket, C> claims) {
		Object owner = LendableSocket.ownerOf(socket);
		forgetCollected();
		while (true) {
			MarkedSocket fresh = new MarkedSocket(owner, socket, this.collected);
			MarkedSocket known = this.sockets.putIfAbsent(fresh, fresh);
			MarkedSocket record = (known != null) ? known : fresh;
			synchronized (record) {
				if (!record.isRetired()) {
					C claim = claims.apply(record);
					try {
						record.put(this.options, owner, claim);
					}
					finally {
						forgetUnused(record);
					}
					return claim;
				}
			}
		}
	}

	private void remove(Claim claim) {
		MarkedSocket record = claim.socket;
		forgetCollected();
		synchronized (record) {
			try {
				record.remove(this.options, claim);
			}
			finally {
				forgetUnused(record);
			}
		}
	}

	private void forgetUnused(MarkedSocket record) {
		if (record.retire()) {
			this.sockets.remove(record);
		}
	}

	private void forgetCollected() {
		for (Reference<?> gone = this.collected.poll(); gone != null; gone = this.collected.poll()) {
			this.sockets.remove(gone);
		}
	}

	/**
	 * Return the cookies of all sockets that have flows. A socket that was found, and to
	 * which a flow was added since by somebody who has it, is handed over to the latter.
	 */
	Set<Long> cookies() {
		Map<Long, MarkedSocket> known = new HashMap<>();
		for (MarkedSocket socket : this.sockets.keySet()) {
			try {
				MarkedSocket other = known.put(socket.cookie(this.options), socket);
				if (other != null) {
					MarkedSocket.handOver(this.options, socket, other);
				}
			}
			catch (QosException ex) {
				// Closed meanwhile.
			}
		}
		return known.keySet();
	}

	/**
	 * Return the number of sockets that have flows.
	 */
	int size() {
		return this.sockets.size();
	}

}
