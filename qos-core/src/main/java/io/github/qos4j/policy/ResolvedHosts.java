package io.github.qos4j.policy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.qos4j.internal.util.Threads;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of the hosts that policies name. A thread of its own looks them up, now
 * and then, since looking up can take long and addresses change; there is none as long as
 * no policy names a host. Thread-safe.
 */
final class ResolvedHosts implements HostAddresses, AutoCloseable {

	/** How often addresses are looked up. */
	private static final long INTERVAL_MILLIS = 30_000;

	private final Map<String, Set<InetAddress>> addresses = new ConcurrentHashMap<>();

	private Set<String> hosts = Set.of();

	private boolean closed;

	/** How often something has changed. */
	private volatile int changes;

	private @Nullable Thread thread;

	/**
	 * Return a number that differs once other addresses are known.
	 */
	int changes() {
		return this.changes;
	}

	@Override
	public Set<InetAddress> of(String host) {
		return this.addresses.getOrDefault(host, Set.of());
	}

	/**
	 * Know the addresses of certain hosts from now on, once they are looked up.
	 */
	synchronized void use(Set<String> wanted) {
		if (this.closed || this.hosts.equals(wanted)) {
			return;
		}
		this.hosts = Set.copyOf(wanted);
		this.addresses.keySet().retainAll(this.hosts);
		if (this.thread != null) {
			this.thread.interrupt();
			this.thread = null;
		}
		if (!this.hosts.isEmpty()) {
			this.thread = Threads.daemon("qos-hosts", () -> lookUp(wanted));
			this.thread.start();
		}
	}

	private void lookUp(Set<String> wanted) {
		try {
			while (true) {
				for (String host : wanted) {
					lookUp(host);
					if (Thread.interrupted()) {
						return;
					}
				}
				Thread.sleep(INTERVAL_MILLIS);
			}
		}
		catch (InterruptedException ex) {
			// Others are wanted, or none.
		}
	}

	private void lookUp(String host) {
		try {
			put(host, Set.copyOf(List.of(InetAddress.getAllByName(host))));
		}
		catch (UnknownHostException ex) {
			// Those that are known may still be right.
		}
	}

	private synchronized void put(String host, Set<InetAddress> found) {
		if (this.hosts.contains(host) && !found.equals(this.addresses.put(host, found))) {
			this.changes++;
		}
	}

	@Override
	public synchronized void close() {
		use(Set.of());
		this.closed = true;
	}

}
