import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.ptr.PointerByReference;
import io.github.qos4j.FlowCounts;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;

/**
 * An application with many flows that send all the time. It does nothing about sleep. Arguments: backend, and the
 * ports of peers that send back what they get: UDP and TCP over IPv4, UDP and TCP over IPv6. Lines of input:
 * <pre>
 * open CHECK COUNT PERIOD WAIT   open a handle that checks every so many milliseconds and waits so many at most before
 *                                it tries again; and so many flows, each of which sends every so many milliseconds; and
 *                                a socket of each kind without a flow, which a thread of its own serves: if these are
 *                                silent too, then it is not for their flows
 * end NUMBER                     close a flow; its socket goes on sending
 * count                          print how many flows are active, pending and failed
 * spend COUNT                    create and close so many handles of qWAVE without the product, and print how many
 *                                handles of this process they have cost
 * measure                        print threads, those of the handle, handles of this process, bytes of heap in use
 * close                          close handle and sockets, and print how many messages were sent, and came back
 * </pre>
 * Every send and every receive that fails is printed as an error.
 */
public final class SleepProbe {

	private static final TrafficType[] TYPES = { TrafficType.VOICE, TrafficType.AUDIO_VIDEO, TrafficType.BACKGROUND };

	private static final Duration SOON = Duration.ofSeconds(20);

	private static final Duration FIRST_WAIT = Duration.ofSeconds(1);

	/** Every so many flows one is over IPv6. Has no divisor in common with the number of kinds of sockets. */
	private static final int IPV6_EVERY = 5;

	private static final int COLLECTIONS = 5;

	/** In milliseconds. */
	private static final int PLAIN_PERIOD = 80;

	private final String backend;

	private final int[] ports;

	private final List<Link> links = new ArrayList<>();

	private final List<QosFlow> flows = new ArrayList<>();

	private QosHandle handle;

	private volatile boolean sending;

	private SleepProbe(String backend, int[] ports) {
		this.backend = backend;
		this.ports = ports;
	}

	public static void main(String[] args) throws Exception {
		int[] ports = List.of(args).subList(1, args.length).stream().mapToInt(Integer::parseInt).toArray();
		SleepProbe probe = new SleepProbe(args[0], ports);
		// System.in asks how much there is to read, which Wine cannot tell of a pipe.
		BufferedReader input = new BufferedReader(
				new InputStreamReader(new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8));
		System.out.println("ready");
		for (String line = input.readLine(); line != null; line = input.readLine()) {
			String[] words = line.trim().split(" ");
			switch (words[0]) {
				case "open" -> probe.open(Duration.ofMillis(Integer.parseInt(words[1])), Integer.parseInt(words[2]),
						Integer.parseInt(words[3]), Duration.ofMillis(Integer.parseInt(words[4])));
				case "end" -> probe.end(Integer.parseInt(words[1]));
				case "count" -> probe.count();
				case "measure" -> probe.measure();
				case "spend" -> spend(Integer.parseInt(words[1]));
				case "close" -> probe.close();
				default -> throw new IllegalArgumentException(line);
			}
		}
	}

	private void open(Duration checkInterval, int count, int period, Duration longestWait) throws Exception {
		this.handle = QosHandle.builder()
			.backend(this.backend)
			.checkInterval(checkInterval)
			.recoveryBackoff((longestWait.compareTo(FIRST_WAIT) < 0) ? longestWait : FIRST_WAIT, longestWait)
			.build();
		this.handle.awaitOpen(SOON);
		for (int number = 0; number < count; number++) {
			TrafficType type = TYPES[number % TYPES.length];
			this.flows.add(openLink(number, type.dscp().value()).addTo(this.handle, type));
		}
		for (int kind = 0; kind < Link.KINDS; kind++) {
			openLink(count + kind, 0);
		}
		for (QosFlow flow : this.flows) {
			flow.awaitActive(SOON);
		}
		this.sending = true;
		this.links.forEach((link) -> daemon("receiver-" + link.number(), link::receiveAll));
		for (int kind = 0; kind < Link.KINDS; kind++) {
			List<Link> some = new ArrayList<>();
			for (int number = kind; number < count; number += Link.KINDS) {
				some.add(this.links.get(number));
			}
			daemon("sender-" + kind, () -> sendAll(some, period));
		}
		// A copy, since closing forgets the links while they may be sending.
		List<Link> plain = List.copyOf(this.links.subList(count, count + Link.KINDS));
		daemon("sender-plain", () -> sendAll(plain, PLAIN_PERIOD));
		System.out.println("open");
	}

	private Link openLink(int number, int dscp) throws IOException {
		boolean ipv6 = number % IPV6_EVERY == IPV6_EVERY - 1;
		Link link = Link.open(number, peer(ipv6, 0), peer(ipv6, 1));
		this.links.add(link);
		System.out.println("flow " + number + " " + link.kind() + " " + (link.isStream() ? "tcp" : "udp") + " "
				+ (ipv6 ? 6 : 4) + " " + link.localPort() + " " + link.peerPort() + " " + dscp);
		return link;
	}

	private InetSocketAddress peer(boolean ipv6, int protocol) {
		return new InetSocketAddress(ipv6 ? "::1" : "127.0.0.1", this.ports[(ipv6 ? 2 : 0) + protocol]);
	}

	/**
	 * Send for some sockets, one after the other, so that each has its turn once in a period.
	 */
	private void sendAll(List<Link> some, int period) {
		long start = System.nanoTime();
		for (long turn = 0; this.sending && !some.isEmpty(); turn++) {
			long next = start + turn * period * 1_000_000 / some.size();
			try {
				Thread.sleep(Math.max(0, (next - System.nanoTime()) / 1_000_000));
			}
			catch (InterruptedException ex) {
				return;
			}
			some.get((int) (turn % some.size())).send();
		}
	}

	private void end(int number) {
		this.flows.get(number).close();
		System.out.println("ended");
	}

	private void count() {
		FlowCounts counts = this.handle.status().flows();
		System.out.println("counted " + counts.active() + " " + counts.pending() + " " + counts.failed());
	}

	private void measure() throws InterruptedException {
		Set<Thread> threads = Thread.getAllStackTraces().keySet();
		long own = threads.stream().filter((thread) -> thread.getName().startsWith("qos-")).count();
		int handles = Platform.isWindows() ? WindowsHandles.count() : 0;
		long heap = Long.MAX_VALUE;
		for (int i = 0; i < COLLECTIONS; i++) {
			// What is weakly reachable goes at once, what its cleaners hold after that.
			System.gc();
			heap = Math.min(heap, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
			Thread.sleep(10);
		}
		System.out.println("measured " + threads.size() + " " + own + " " + handles + " " + heap);
	}

	/**
	 * Create and close handles of the stand-in without the product. It keeps something of each, so that no number is
	 * ever that of a later one.
	 */
	private static void spend(int count) {
		NativeLibrary qwave = NativeLibrary.getInstance("C:\\windows\\system32\\qwave.dll");
		int before = WindowsHandles.count();
		for (int i = 0; i < count; i++) {
			PointerByReference handle = new PointerByReference();
			try (Memory version = new Memory(2 * Short.BYTES)) {
				version.setShort(0, (short) 1);
				version.setShort(Short.BYTES, (short) 0);
				qwave.getFunction("QOSCreateHandle").invokeInt(new Object[] { version, handle });
			}
			qwave.getFunction("QOSCloseHandle").invokeInt(new Object[] { handle.getValue() });
		}
		System.out.println("spent " + (WindowsHandles.count() - before));
	}

	private void close() throws Exception {
		this.handle.close();
		this.sending = false;
		long sent = 0;
		long received = 0;
		for (Link link : this.links) {
			link.awaitEchoes(SOON);
			sent += link.sent();
			received += link.received();
			link.close();
		}
		this.links.clear();
		this.flows.clear();
		System.out.println("closed " + sent + " " + received);
	}

	private static void daemon(String name, Runnable task) {
		// Small, since there are many.
		Thread thread = new Thread(null, task, name, 128 * 1024);
		thread.setDaemon(true);
		thread.start();
	}

}
