package io.github.qos4j.internal.socket;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.Marking;
import io.github.qos4j.QosException;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.jdk.Descriptors;
import org.jspecify.annotations.Nullable;

/**
 * All sockets of this process that have flows. There is one record for each socket
 * whatever handle its flows belong to, else the handle that closes first would restore
 * another one's mark as if it had been there before.
 */
final class MarkedSockets {

	private final Map<MarkedSocket, MarkedSocket> sockets = new ConcurrentHashMap<>();

	private final ReferenceQueue<Object> collected = new ReferenceQueue<>();

	private final SocketOptions options;

	MarkedSockets(SocketOptions options) {
		this.options = options;
	}

	/**
	 * Mark a socket.
	 * @throws QosException if that fails; the socket is as before then
	 */
	SocketFlow add(QosSocket socket, TrafficType type, Dscp dscp) {
		Object owner = Descriptors.ownerOf(socket);
		forgetCollected();
		while (true) {
			MarkedSocket fresh = new MarkedSocket(owner, this.collected);
			MarkedSocket known = this.sockets.putIfAbsent(fresh, fresh);
			MarkedSocket record = (known != null) ? known : fresh;
			synchronized (record) {
				if (!record.retired) {
					return add(record, owner, new SocketFlow(this, record, dscp, priority(type)));
				}
			}
		}
	}

	private SocketFlow add(MarkedSocket record, Object owner, SocketFlow flow) {
		try {
			Descriptors.lend(owner, (descriptor) -> mark(record, flow, descriptor));
		}
		finally {
			if (record.newest == null) {
				retire(record);
			}
		}
		return flow;
	}

	private @Nullable Void mark(MarkedSocket record, SocketFlow flow, int descriptor) {
		SocketMarks before = SocketMarks.read(this.options, descriptor);
		SocketMarks marks = before.with(flow.dscp, flow.priority);
		try {
			marks.write(this.options, descriptor, before);
		}
		catch (QosException ex) {
			undo(descriptor, before, ex);
			throw ex;
		}
		if (record.original == null) {
			record.original = before;
		}
		record.written = marks;
		record.link(flow);
		return null;
	}

	private void undo(int descriptor, SocketMarks before, QosException failure) {
		try {
			before.write(this.options, descriptor, SocketMarks.read(this.options, descriptor));
		}
		catch (QosException ex) {
			failure.addSuppressed(ex);
		}
	}

	/**
	 * Take a flow from its socket: the newest one left is in force then, or what was
	 * there before the first. Does nothing for a flow that was taken before.
	 * @throws QosException if restoring fails
	 */
	void remove(SocketFlow flow) {
		MarkedSocket record = flow.socket;
		forgetCollected();
		synchronized (record) {
			boolean inForce = flow == record.newest;
			if (!record.unlink(flow)) {
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

	private @Nullable Void restore(MarkedSocket record, int descriptor) {
		SocketMarks original = record.original;
		SocketMarks written = record.written;
		if (original != null && written != null) {
			SocketFlow next = record.newest;
			SocketMarks target = (next != null) ? original.with(next.dscp, next.priority) : original;
			SocketMarks current = SocketMarks.read(this.options, descriptor);
			current.replace(written, target).write(this.options, descriptor, current);
			record.written = target;
		}
		return null;
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

	Marking marking(SocketFlow flow) {
		Object owner = flow.socket.get();
		try {
			if (owner == null) {
				return new Marking(flow.dscp, null, "the socket is gone");
			}
			SocketMarks marks = Descriptors.lend(owner, (descriptor) -> SocketMarks.read(this.options, descriptor));
			return marking(flow, marks);
		}
		catch (QosException ex) {
			return new Marking(flow.dscp, null, ex.getMessage());
		}
	}

	private Marking marking(SocketFlow flow, SocketMarks marks) {
		Dscp ipv4 = marks.dscp(false);
		Dscp ipv6 = marks.dscp(true);
		// Where the families differ, the one that is not as asked is the news.
		Dscp applied = ipv4.equals(flow.dscp) ? ipv6 : ipv4;
		return new Marking(flow.dscp, applied, applied.equals(flow.dscp) ? null : different(flow));
	}

	private static String different(SocketFlow flow) {
		synchronized (flow.socket) {
			return (flow == flow.socket.newest) ? "another part of the application has set the socket's own option"
					: "a newer flow on the same socket is in force";
		}
	}

	/**
	 * Return the priority for this machine's queues, which has nothing to do with 802.1p:
	 * 1, 3 and 5 would fall into the lowest band of pfifo_fast, behind unmarked traffic.
	 */
	private static byte priority(TrafficType type) {
		return switch (type) {
			case BACKGROUND -> 2;
			case BEST_EFFORT -> 0;
			case EXCELLENT_EFFORT -> 4;
			case AUDIO_VIDEO, VOICE, CONTROL -> 6;
		};
	}

	/**
	 * Return the number of sockets that have flows.
	 */
	int size() {
		return this.sockets.size();
	}

}
