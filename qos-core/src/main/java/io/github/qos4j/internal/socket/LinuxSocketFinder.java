package io.github.qos4j.internal.socket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.NativeSocket;
import io.github.qos4j.NativeSocket.Kind;
import io.github.qos4j.QosException;
import io.github.qos4j.SocketFinder;
import io.github.qos4j.internal.jdk.Descriptors;
import org.jspecify.annotations.Nullable;

/**
 * Looks at all numbers that descriptors of this process can have. Sockets are told apart
 * by their cookies, and each is judged once, through a duplicate: whatever the number
 * means next, a duplicate stays what it is. A socket that is not connected yet is looked
 * at again.
 */
final class LinuxSocketFinder implements SocketFinder {

	private final SocketOptions options;

	private final MarkedSockets marked;

	private final OwnDescriptors descriptors;

	/** Cookies of open sockets that need not be looked at again. */
	private Set<Long> judged = new HashSet<>();

	/**
	 * Create a finder.
	 * @throws QosException if this kernel lacks what it needs
	 */
	LinuxSocketFinder(SocketCalls calls, SocketOptions options, MarkedSockets marked) {
		this.options = options;
		this.marked = marked;
		this.descriptors = new OwnDescriptors(calls);
		this.descriptors.limit();
		requireCookies();
	}

	private void requireCookies() {
		try (DatagramChannel channel = DatagramChannel.open()) {
			Descriptors.lend(channel, this.options::cookie);
		}
		catch (IOException ex) {
			throw new QosException(ErrorCase.RESOURCES, "No socket can be opened: " + ex.getMessage(), null, ex);
		}
	}

	@Override
	public List<NativeSocket> find() {
		this.options.closeStrays();
		List<NativeSocket> found = new ArrayList<>();
		// Those that are not met any more are forgotten by this.
		Set<Long> still = new HashSet<>();
		Set<Long> withFlows = this.marked.cookies();
		int limit = this.descriptors.limit();
		for (int number = 0; number < limit; number++) {
			long cookie = this.descriptors.cookie(number);
			if (cookie == 0 || withFlows.contains(cookie)) {
				continue;
			}
			if (this.judged.contains(cookie) || !still.contains(cookie) && judge(number, cookie, found)) {
				still.add(cookie);
			}
		}
		this.judged = still;
		return found;
	}

	/**
	 * Look at a socket.
	 * @return whether it need not be looked at again
	 */
	private boolean judge(int number, long cookie, List<NativeSocket> found) {
		int duplicate;
		try {
			duplicate = this.options.duplicate(number);
		}
		catch (QosException ex) {
			// Closed, or a file by now, or there are too many open files.
			return false;
		}
		try {
			return this.descriptors.cookie(duplicate) == cookie && judgeDuplicate(number, duplicate, cookie, found);
		}
		finally {
			this.options.close(duplicate);
		}
	}

	private boolean judgeDuplicate(int number, int duplicate, long cookie, List<NativeSocket> found) {
		Kind kind = this.descriptors.kind(duplicate);
		if (kind == null || kind == Kind.LISTENER) {
			return true;
		}
		InetSocketAddress peer = this.descriptors.peer(duplicate);
		if (peer == null) {
			return false;
		}
		@Nullable InetSocketAddress local = this.descriptors.local(duplicate);
		found.add(new FoundSocket(this.options, cookie, number, kind, local, peer));
		return true;
	}

	@Override
	public void forget() {
		this.judged = new HashSet<>();
	}

	/**
	 * Return how many sockets are remembered.
	 */
	int remembered() {
		return this.judged.size();
	}

}
