package io.github.qos4j.internal.jdk;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for {@link NetOptions}.
 */
@EnabledOnOs(OS.LINUX)
class NetOptionsTests {

	private static final int SOL_SOCKET = 1;

	private static final int SO_PRIORITY = 12;

	/** More than there are places for objects with numbers. */
	private static final int SOCKETS = 600;

	private static final int PRIORITIES = 7;

	@Test
	void failureIsTold() {
		assertThatIOException().isThrownBy(() -> NetOptions.get(-1, SOL_SOCKET, SO_PRIORITY));
		assertThatIOException().isThrownBy(() -> NetOptions.set(-1, SOL_SOCKET, SO_PRIORITY, 0));
	}

	@Test
	void threadsThatUseManySocketsMeetTheirOwn() throws Exception {
		List<DatagramChannel> channels = new ArrayList<>();
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			List<Integer> numbers = new ArrayList<>();
			for (int i = 0; i < SOCKETS; i++) {
				DatagramChannel channel = DatagramChannel.open();
				channels.add(channel);
				int number = Descriptors.lend(channel, (descriptor) -> descriptor);
				numbers.add(number);
				NetOptions.set(number, SOL_SOCKET, SO_PRIORITY, i % PRIORITIES);
			}
			List<Future<?>> readers = new ArrayList<>();
			for (int thread = 0; thread < 4; thread++) {
				readers.add(threads.submit(() -> read(numbers)));
			}
			for (Future<?> reader : readers) {
				reader.get();
			}
		}
		finally {
			threads.shutdown();
			for (DatagramChannel channel : channels) {
				channel.close();
			}
		}
	}

	private static Void read(List<Integer> numbers) throws IOException {
		for (int round = 0; round < 50; round++) {
			for (int i = 0; i < SOCKETS; i++) {
				assertThat(NetOptions.get(numbers.get(i), SOL_SOCKET, SO_PRIORITY)).isEqualTo(i % PRIORITIES);
			}
		}
		return null;
	}

}
