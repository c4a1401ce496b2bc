package io.github.qos4j.internal.socket;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;

import com.sun.jna.Function;
import com.sun.jna.Platform;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.jdk.Descriptors;
import io.github.qos4j.internal.qwave.FakeQwave;
import io.github.qos4j.internal.qwave.FakeQwaveBackend;
import io.github.qos4j.internal.socket.SocketOptions.Option;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that virtual threads, of which many share a system thread and its last error,
 * never see each other's codes.
 */
@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualThreadsTests {

	private static final int THREADS = 20_000;

	/** How many threads have seen what, and what they should have seen. */
	private final Map<String, LongAdder> seen = new ConcurrentHashMap<>();

	@Test
	@EnabledOnOs(OS.LINUX)
	void errorOfASocketOptionIsTheCallersOwn() throws Exception {
		LinuxSocketOptions options = new LinuxSocketOptions();
		int noSocket = libc("open", "/dev/null", 0);
		try (DatagramChannel socket = DatagramChannel.open(StandardProtocolFamily.INET)) {
			int descriptor = Descriptors.lend(Descriptors.ownerOf((Object) socket), (number) -> number);
			inVirtualThreads((number) -> {
				Thread.yield();
				switch (number % 4) {
					case 0 -> note(9, () -> options.set(-1, Option.IP_TOS, 184));
					case 1 -> note(92, () -> options.set(descriptor, Option.IPV6_TCLASS, 184));
					case 2 -> note(88, () -> options.get(noSocket, Option.IP_TOS));
					default -> note(0, () -> options.set(descriptor, Option.IP_TOS, 184));
				}
				Thread.yield();
			});
		}
		finally {
			libc("close", noSocket);
		}
		assertThat(counts())
			.isEqualTo(Map.of("9 for 9", 5_000L, "92 for 92", 5_000L, "88 for 88", 5_000L, "0 for 0", 5_000L));
	}

	private static int libc(String function, Object... arguments) {
		return Function.getFunction(Platform.C_LIBRARY_NAME, function).invokeInt(arguments);
	}

	@Test
	void failureOfAFlowIsToldToThoseWhoAskedAboutIt() throws Exception {
		int[] codes = { 0, 50, 57, 122, 1232, 1260, 1450, 4711 };
		FakeQwave qwave = FakeQwave.withoutBook();
		List<DatagramChannel> sockets = new ArrayList<>();
		try (QosHandle handle = new FakeQwaveBackend(qwave).applyTo(QosHandle.builder()).build()) {
			List<QosFlow> flows = new ArrayList<>();
			for (int i = 0; i < codes.length; i++) {
				sockets.add(DatagramChannel.open().connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9)));
				QosFlow flow = handle.addFlow(sockets.get(i), TrafficType.VOICE);
				flow.awaitActive(Duration.ofSeconds(10));
				flows.add(flow);
				// The first flow of a handle is its own.
				qwave.failQueries(i + 2, codes[i]);
			}
			inVirtualThreads((number) -> {
				int which = number % codes.length;
				Thread.yield();
				note(codes[which], () -> flows.get(which).packetPriority().toCompletableFuture().join());
			});
		}
		finally {
			for (DatagramChannel socket : sockets) {
				socket.close();
			}
		}
		assertThat(qwave.misuse).isEmpty();
		assertThat(counts()).hasSize(codes.length).allSatisfy((what, times) -> {
			assertThat(what.split(" for ")).containsOnly(what.substring(0, what.indexOf(' ')));
			assertThat(times).isEqualTo(THREADS / codes.length);
		});
	}

	/**
	 * Note which code a call ends with.
	 */
	private void note(int expected, Runnable call) {
		String actual = "0";
		try {
			call.run();
		}
		catch (CompletionException ex) {
			actual = told(ex.getCause());
		}
		catch (RuntimeException ex) {
			actual = told(ex);
		}
		this.seen.computeIfAbsent(actual + " for " + expected, (missing) -> new LongAdder()).increment();
	}

	private static String told(Throwable thrown) {
		return (thrown instanceof QosException failure) ? String.valueOf(failure.code().orElse(-1)) : thrown.toString();
	}

	private Map<String, Long> counts() {
		Map<String, Long> counts = new HashMap<>();
		this.seen.forEach((what, times) -> counts.put(what, times.sum()));
		return counts;
	}

	/**
	 * Run an action in many virtual threads, which this release of Java may not have.
	 */
	private static void inVirtualThreads(IntConsumer action) throws Exception {
		CountDownLatch done = new CountDownLatch(THREADS);
		for (int i = 0; i < THREADS; i++) {
			int number = i;
			Runnable task = () -> {
				try {
					action.accept(number);
				}
				finally {
					done.countDown();
				}
			};
			Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
		}
		assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
	}

}
