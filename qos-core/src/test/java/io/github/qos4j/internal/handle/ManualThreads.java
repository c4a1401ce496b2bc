package io.github.qos4j.internal.handle;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;

/**
 * The threads of a handle, which run when told. Not thread-safe, but a task may have
 * other threads run.
 */
class ManualThreads implements Function<String, ExecutorService> {

	/** More than a handle ever has to do before time passes. */
	private static final int MOST_ROUNDS = 10_000;

	private final List<ManualExecutor> threads = new ArrayList<>();

	@Override
	public ExecutorService apply(String name) {
		ManualExecutor thread = new ManualExecutor();
		this.threads.add(thread);
		return thread;
	}

	/**
	 * Run the next task of any thread.
	 */
	void runAny(Random random) {
		if (!this.threads.isEmpty()) {
			this.threads.get(random.nextInt(this.threads.size())).runNext();
			this.threads.removeIf(ManualExecutor::isTerminated);
		}
	}

	/**
	 * Run until there is nothing left to do.
	 * @throws AssertionError if that never comes
	 */
	void runAll() {
		boolean ran = true;
		for (int round = 0; ran; round++) {
			if (round == MOST_ROUNDS) {
				throw new AssertionError("There is more and more to do although no time passes");
			}
			ran = false;
			for (ManualExecutor thread : List.copyOf(this.threads)) {
				ran |= thread.runNext();
			}
		}
		this.threads.removeIf(ManualExecutor::isTerminated);
	}

}
