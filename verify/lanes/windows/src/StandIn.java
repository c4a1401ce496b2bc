import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * Tells the stand-in what to do, reads what it was told, and waits.
 */
final class StandIn {

	static final Duration SOON = Duration.ofSeconds(30);

	private static final Path CONTROL = Path.of(System.getenv("QWAVE_CONTROL"));

	private static final Path LOG = Path.of(System.getenv("QWAVE_LOG"));

	/** What is further up in the log does not count. */
	private static long mark;

	private StandIn() {
	}

	/**
	 * Give these orders, and take back the earlier ones.
	 */
	static void tell(String... orders) throws IOException {
		Files.writeString(CONTROL, String.join("\n", orders) + "\n");
	}

	/**
	 * Forget what is in the log so far.
	 */
	static void mark() throws IOException {
		mark = Files.exists(LOG) ? Files.size(LOG) : 0;
	}

	/**
	 * Return how many lines of the log have all of these texts.
	 */
	static long count(String... texts) throws IOException {
		if (!Files.exists(LOG)) {
			// The DLL has not been loaded.
			return 0;
		}
		byte[] bytes;
		try (RandomAccessFile log = new RandomAccessFile(LOG.toFile(), "r")) {
			bytes = new byte[(int) (log.length() - mark)];
			log.seek(mark);
			log.readFully(bytes);
		}
		return new String(bytes, StandardCharsets.UTF_8).lines().filter((line) -> {
			for (String text : texts) {
				if (!line.contains(text)) {
					return false;
				}
			}
			return true;
		}).count();
	}

	static void await(String what, Callable<Boolean> condition) throws Exception {
		long end = System.nanoTime() + SOON.toNanos();
		while (!condition.call()) {
			if (System.nanoTime() > end) {
				throw new IllegalStateException("Not in time: " + what);
			}
			Thread.sleep(5);
		}
	}

	static void print(String name, Object value) {
		System.out.println(name + ";" + value);
	}

}
