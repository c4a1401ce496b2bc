import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

import io.github.qos4j.NativeSocket;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.SocketFinder;
import io.github.qos4j.TrafficType;
import io.github.qos4j.policy.Endpoints;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.PolicyMatch;
import io.github.qos4j.policy.PortRange;
import io.github.qos4j.policy.ProcessMarker;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;

/**
 * Does what the lane tells it: opens and closes sockets and locked files under a sweep
 * that never pauses, or measures what the ordinary sweep costs.
 */
public final class ProcessProbe {

	private static final int MATCHED = 9;

	private static final int OTHER = 11;

	private final QosHandle handle = QosHandle.builder().backend("socket").build();

	private final PolicyMarker marker = new PolicyMarker(this.handle, policies(MATCHED));

	private final Path folder;

	private final boolean sweeping;

	private final Random random;

	private final List<FileChannel> locked = new ArrayList<>();

	private volatile boolean stopped;

	private volatile long looks;

	private volatile long marks;

	private int files;

	private ProcessProbe(Path folder, boolean sweeping, long seed) {
		this.folder = folder;
		this.sweeping = sweeping;
		this.random = new Random(seed);
		this.handle.awaitOpen(Duration.ofSeconds(20));
	}

	static QosPolicies policies(int... ports) {
		List<PortRange> ranges = new ArrayList<>();
		for (int port : ports) {
			ranges.add(new PortRange(port, port));
		}
		return QosPolicies.of(List.of(new QosPolicy("media", QosFlowOptions.of(TrafficType.VOICE),
				new PolicyMatch(List.of(), ranges, List.of(), null))));
	}

	public static void main(String[] args) throws Exception {
		if (args[0].equals("cost")) {
			cost(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
			return;
		}
		ProcessProbe probe = new ProcessProbe(Path.of(args[1]), Boolean.parseBoolean(args[2]),
				Long.parseLong(args[3]));
		Thread sweep = new Thread(probe::sweep);
		sweep.start();
		BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
		for (String line = in.readLine(); line != null; line = in.readLine()) {
			System.out.println(line.equals("release") ? probe.release() : probe.rounds(Integer.parseInt(line)));
		}
		probe.stopped = true;
		sweep.join();
		probe.handle.close();
	}

	/**
	 * Look and mark without a pause, and let go of what was marked now and then.
	 */
	private void sweep() {
		SocketFinder finder = this.handle.socketFinder();
		Map<NativeSocket, QosFlow> flows = new HashMap<>();
		while (this.sweeping && !this.stopped) {
			for (NativeSocket found : finder.find()) {
				try {
					QosSocket socket = QosSocket.of(found);
					QosFlow flow = this.marker.mark(socket, Endpoints.of(socket), null);
					if (flow != null) {
						flows.put(found, flow);
						this.marks += 1;
					}
				}
				catch (IllegalArgumentException ex) {
					// Closed meanwhile.
				}
			}
			if (this.looks++ % 4 == 0) {
				flows.values().forEach(QosFlow::close);
				flows.clear();
			}
		}
		flows.values().forEach(QosFlow::close);
	}

	private String rounds(int count) throws IOException {
		int wrong = 0;
		int right = 0;
		for (int i = 0; i < count; i++) {
			DatagramChannel matched = open(MATCHED);
			DatagramChannel other = open(OTHER);
			FileChannel file = (i % 20 == 0) ? lock() : null;
			pause();
			matched.close();
			// Gets the number, most of the time: half of the time as a file.
			FileChannel taker = (i % 2 == 0) ? lock() : null;
			DatagramChannel another = open(OTHER);
			pause();
			wrong += isMarked(other) + isMarked(another);
			DatagramChannel last = open(MATCHED);
			if (i % 8 == 0) {
				long until = System.nanoTime() + 2_000_000;
				while (System.nanoTime() < until) {
					Thread.onSpinWait();
				}
			}
			right += isMarked(last);
			wrong += isMarked(other) + isMarked(another);
			other.close();
			another.close();
			last.close();
			keepOrClose(file, i % 100 == 0);
			keepOrClose(taker, i % 40 == 0);
		}
		return "{\"wrong\": " + wrong + ", \"right\": " + right + ", \"looks\": " + this.looks + ", \"marks\": "
				+ this.marks + ", \"files\": " + this.files + ", \"held\": " + this.locked.size() + "}";
	}

	private void keepOrClose(FileChannel file, boolean keep) throws IOException {
		if (file != null && keep) {
			this.locked.add(file);
		}
		else if (file != null) {
			file.close();
		}
	}

	private FileChannel lock() throws IOException {
		FileChannel file = FileChannel.open(this.folder.resolve("locked-" + this.files++ % 2000),
				StandardOpenOption.CREATE, StandardOpenOption.WRITE);
		if (file.tryLock(this.files, 1, false) == null) {
			throw new IllegalStateException("somebody else has the lock");
		}
		return file;
	}

	/**
	 * Close all files, and give the sweep the time that it needs to close its own.
	 */
	private String release() throws Exception {
		int kept = openFiles(true) - this.locked.size();
		for (FileChannel file : this.locked) {
			file.close();
		}
		this.locked.clear();
		for (int i = 0; i < 60 && openFiles(true) > 0; i++) {
			Thread.sleep(50);
		}
		return "{\"descriptors\": " + openFiles(false) + ", \"files\": " + openFiles(true) + ", \"kept\": " + kept + "}";
	}

	/**
	 * Return how many descriptors lead to files of this program, or elsewhere.
	 */
	private int openFiles(boolean own) throws IOException {
		int count = 0;
		for (String number : Objects.requireNonNull(new File("/proc/self/fd").list())) {
			try {
				Path target = Files.readSymbolicLink(Path.of("/proc/self/fd", number));
				count += (target.startsWith(this.folder) == own) ? 1 : 0;
			}
			catch (NoSuchFileException ex) {
				// The sweep has closed it.
			}
		}
		return count;
	}

	private void pause() {
		long until = System.nanoTime() + this.random.nextInt(60_000);
		while (System.nanoTime() < until) {
			Thread.onSpinWait();
		}
	}

	private static DatagramChannel open(int port) throws IOException {
		return DatagramChannel.open(StandardProtocolFamily.INET).connect(new InetSocketAddress("127.0.0.1", port));
	}

	private static int isMarked(DatagramChannel channel) throws IOException {
		return (channel.getOption(StandardSocketOptions.IP_TOS) != 0) ? 1 : 0;
	}

	/**
	 * Print which share of one processor the sweep takes, with half of the sockets marked.
	 */
	private static void cost(int sockets, int seconds) throws Exception {
		List<DatagramChannel> channels = new ArrayList<>();
		for (int i = 0; i < sockets; i++) {
			channels.add(open((i % 2 == 0) ? MATCHED : OTHER));
		}
		QosHandle handle = QosHandle.builder().backend("socket").build();
		handle.awaitOpen(Duration.ofSeconds(20));
		PolicyMarker marker = new PolicyMarker(handle, policies(MATCHED));
		ProcessMarker process = new ProcessMarker(marker, Duration.ofSeconds(1));
		process.start();
		while (handle.flows().size() < (sockets + 1) / 2) {
			Thread.sleep(20);
		}
		// What the first looks take, compiling included, comes once.
		Thread.sleep(15_000);
		ThreadMXBean threads = ManagementFactory.getThreadMXBean();
		long thread = 0;
		for (ThreadInfo info : threads.getThreadInfo(threads.getAllThreadIds())) {
			thread = (info != null && info.getThreadName().equals("qos-process")) ? info.getThreadId() : thread;
		}
		// From the end of a look to the end of another: a look more or less would count.
		long before = endOfLook(threads, thread);
		long start = System.nanoTime();
		long after = before;
		while (System.nanoTime() - start < seconds * 1_000_000_000L) {
			after = endOfLook(threads, thread);
		}
		double share = 100.0 * (after - before) / (System.nanoTime() - start);
		System.out.println("{\"share\": " + share + ", \"flows\": " + handle.flows().size() + ", \"sockets\": "
				+ channels.size() + "}");
		process.close();
		handle.close();
	}

	/**
	 * Wait for a look to begin and to end.
	 * @return the processor time of the thread then
	 */
	private static long endOfLook(ThreadMXBean threads, long thread) throws InterruptedException {
		long before = threads.getThreadCpuTime(thread);
		while (threads.getThreadCpuTime(thread) - before < 20_000) {
			Thread.sleep(5);
		}
		long last;
		do {
			last = threads.getThreadCpuTime(thread);
			Thread.sleep(100);
		}
		while (threads.getThreadCpuTime(thread) != last);
		return last;
	}

}
