package io.github.qos4j.boot.endpoint;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.boot.thread.DaemonThreads;
import io.github.qos4j.probe.ProbeReport;
import io.github.qos4j.probe.QosProbe;
import org.jspecify.annotations.Nullable;

/**
 * Runs one probe at a time, on a thread of its own because looking up a host may take
 * long, and knows the last one.
 */
final class ProbeRuns {

	/** The longest wait for a probe, which goes on. */
	private static final Duration LIMIT = Duration.ofSeconds(10);

	private static final String LOOPBACK = "loopback";

	private static final Pattern PEER = Pattern.compile("(?:\\[([0-9A-Fa-f:.%]+)]|([^\\[\\]:\\s]+)):([0-9]{1,5})");

	private final Function<@Nullable InetSocketAddress, CompletionStage<List<ProbeReport>>> probe;

	private final Duration limit;

	private final Executor threads;

	private @Nullable Run last;

	ProbeRuns() {
		this(ProbeRuns::probe, LIMIT, (task) -> DaemonThreads.create("qos-endpoint-probe", task).start());
	}

	/**
	 * Create runs.
	 * @param limit the longest wait for a probe
	 * @param threads runs each probe on a thread of its own
	 */
	ProbeRuns(Function<@Nullable InetSocketAddress, CompletionStage<List<ProbeReport>>> probe, Duration limit,
			Executor threads) {
		this.probe = probe;
		this.limit = limit;
		this.threads = threads;
	}

	private static CompletionStage<List<ProbeReport>> probe(@Nullable InetSocketAddress peer) {
		return (peer != null) ? QosProbe.path(peer).thenApply(List::of) : QosProbe.loopback();
	}

	/**
	 * Describe the last probe.
	 */
	synchronized @Nullable ProbeDescriptor last(Addresses addresses) {
		return (this.last != null) ? this.last.describe(addresses) : null;
	}

	/**
	 * Probe, and describe what was found, or that it takes longer.
	 * @param peer the host and port of a responder, or {@code null} for this machine
	 */
	ProbeDescriptor run(@Nullable String peer, Addresses addresses) {
		Run run = start((peer == null || peer.isBlank()) ? null : Peer.parse(peer));
		try {
			run.reports().get(this.limit.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			// It is described as such.
		}
		return run.describe(addresses);
	}

	private synchronized Run start(@Nullable Peer peer) {
		if (this.last != null && !this.last.reports().isDone()) {
			throw RefusedRequestException.conflict("A probe is under way. Try again when it has ended.");
		}
		Run run = new Run(Instant.now(), peer, new CompletableFuture<>());
		this.last = run;
		try {
			this.threads.execute(() -> complete(run));
		}
		catch (RuntimeException | Error ex) {
			// There are no more threads. Else this probe would keep others from running.
			run.reports().completeExceptionally(QosException.of(ex));
		}
		return run;
	}

	private void complete(Run run) {
		try {
			InetSocketAddress address = (run.peer() != null) ? run.peer().resolve() : null;
			run.reports().complete(this.probe.apply(address).toCompletableFuture().join());
		}
		catch (CompletionException ex) {
			run.reports().completeExceptionally(QosException.of((ex.getCause() != null) ? ex.getCause() : ex));
		}
		catch (RuntimeException | Error ex) {
			run.reports().completeExceptionally(QosException.of(ex));
		}
	}

	/**
	 * A host and a port.
	 *
	 * @param host the host's name or address
	 * @param port the port
	 */
	private record Peer(String host, int port) {

		static Peer parse(String text) {
			Matcher matcher = PEER.matcher(text.strip());
			int port = matcher.matches() ? Integer.parseInt(matcher.group(3)) : 0;
			if (port < 1 || port > 65535) {
				throw RefusedRequestException.invalid("Peer must be the host and port of a responder, such as "
						+ "media.example.org:2177 or [2001:db8::1]:2177, but was '" + text + "'.");
			}
			return new Peer((matcher.group(1) != null) ? matcher.group(1) : matcher.group(2), port);
		}

		InetSocketAddress resolve() {
			try {
				return new InetSocketAddress(InetAddress.getByName(this.host), this.port);
			}
			catch (UnknownHostException ex) {
				throw new QosException(ErrorCase.NETWORK, "The address of the peer's host is not known",
						"Check the name, or give its IP address", ex);
			}
		}

		@Override
		public String toString() {
			return ((this.host.indexOf(':') >= 0) ? "[" + this.host + "]" : this.host) + ":" + this.port;
		}

	}

	/**
	 * A probe.
	 *
	 * @param began when it began
	 * @param peer the peer, or {@code null} for this machine
	 * @param reports what it finds
	 */
	private record Run(Instant began, @Nullable Peer peer, CompletableFuture<List<ProbeReport>> reports) {

		ProbeDescriptor describe(Addresses addresses) {
			List<ProbeDescriptor.Report> found = List.of();
			HandleDescriptor.Failure failure = null;
			boolean running = !this.reports.isDone();
			if (!running) {
				try {
					found = this.reports.join()
						.stream()
						.map((report) -> ProbeDescriptor.Report.of(report, addresses))
						.toList();
				}
				catch (CompletionException ex) {
					failure = HandleDescriptor.Failure.of(QosException.of((ex.getCause() != null) ? ex.getCause() : ex),
							addresses);
				}
			}
			return new ProbeDescriptor(this.began.toString(),
					(this.peer != null) ? addresses.probed(this.peer.toString()) : LOOPBACK, running, found, failure);
		}

	}

}
