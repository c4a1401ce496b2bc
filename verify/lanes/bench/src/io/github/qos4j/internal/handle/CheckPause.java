package io.github.qos4j.internal.handle;

import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;

/**
 * Measures for how long a check of many flows holds the handle's lock: while a thread
 * checks, another one takes the lock over and over, without ever sleeping, and notes what
 * took longest. Prints a line for each round, with microseconds: the longest while a
 * thread does as much without the handle, the same again, the longest while it checks, and
 * how long the check took. Arguments: rounds, rounds to warm up, and flows.
 */
public final class CheckPause {

	private CheckPause() {
	}

	public static void main(String[] arguments) throws Exception {
		int rounds = Integer.parseInt(arguments[0]);
		int warmUp = Integer.parseInt(arguments[1]);
		int flows = Integer.parseInt(arguments[2]);
		// Checks when told, and not meanwhile.
		DefaultQosHandle handle = (DefaultQosHandle) QosHandle.builder()
			.backend("socket")
			.checkInterval(Duration.ofDays(1))
			.build();
		handle.awaitOpen(Duration.ofSeconds(30));
		List<DatagramChannel> sockets = new ArrayList<>();
		for (int i = 0; i < flows; i++) {
			sockets.add(socket());
			handle.addFlow(sockets.get(i), TrafficType.VOICE);
		}
		ExecutorService checker = Executors.newSingleThreadExecutor();
		ReentrantLock lock = lock(handle);
		for (int round = -warmUp; round < rounds; round++) {
			long[] took = new long[1];
			double checked = longest(lock, checker, () -> {
				long start = System.nanoTime();
				handle.check();
				took[0] = System.nanoTime() - start;
			});
			double quiet = longest(lock, checker, () -> spin(took[0]));
			double quietAgain = longest(lock, checker, () -> spin(took[0]));
			if (round >= 0) {
				System.out.printf(Locale.ROOT, "%.2f;%.2f;%.2f;%.2f%n", quiet, quietAgain, checked, took[0] / 1e3);
			}
		}
		if (handle.status().flows().active() != sockets.size()) {
			throw new IllegalStateException("Not all flows are in force: " + handle.status());
		}
		checker.shutdown();
		handle.close();
	}

	private static DatagramChannel socket() throws Exception {
		return DatagramChannel.open().connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
	}

	/**
	 * Return the handle's lock. To wait for it in the ordinary way would be to sleep, and
	 * to be woken takes longer than a check.
	 */
	private static ReentrantLock lock(DefaultQosHandle handle) throws ReflectiveOperationException {
		return (ReentrantLock) field(field(handle, "monitor"), "lock");
	}

	private static Object field(Object object, String name) throws ReflectiveOperationException {
		Field field = object.getClass().getDeclaredField(name);
		field.setAccessible(true);
		return field.get(object);
	}

	/**
	 * Return the longest time that taking the lock takes while another thread works, which
	 * is running already when that begins.
	 */
	private static double longest(ReentrantLock lock, ExecutorService thread, Runnable other) throws Exception {
		CountDownLatch ready = new CountDownLatch(1);
		AtomicBoolean begin = new AtomicBoolean();
		Future<?> end = thread.submit(() -> {
			ready.countDown();
			while (!begin.get()) {
				Thread.onSpinWait();
			}
			other.run();
		});
		ready.await();
		begin.set(true);
		long longest = 0;
		do {
			long start = System.nanoTime();
			while (!lock.tryLock()) {
				Thread.onSpinWait();
			}
			lock.unlock();
			longest = Math.max(longest, System.nanoTime() - start);
		}
		while (!end.isDone());
		end.get();
		return longest / 1e3;
	}

	private static void spin(long nanos) {
		long end = System.nanoTime() + nanos;
		while (System.nanoTime() < end) {
			Thread.onSpinWait();
		}
	}

}
