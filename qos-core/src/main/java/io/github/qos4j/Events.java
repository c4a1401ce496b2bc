package io.github.qos4j;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Tells listeners. Each has a daemon thread of its own, which exists while there is
 * something to tell, and a queue of limited length: what does not fit is dropped.
 */
final class Events {

	private static final int QUEUE_LENGTH = 10_000;

	private static final System.Logger logger = System.getLogger(QosListener.class.getName());

	private final List<Recipient> recipients;

	Events(String handle, List<QosListener> listeners) {
		this.recipients = listeners.stream().map((listener) -> new Recipient(handle, listener)).toList();
	}

	boolean isHeard() {
		return !this.recipients.isEmpty();
	}

	/**
	 * Tell all listeners. Never blocks.
	 */
	void tell(Consumer<QosListener> event) {
		this.recipients.forEach((recipient) -> recipient.tell(event));
	}

	/**
	 * Tell what has not been told yet, and nothing after it. Never blocks.
	 */
	void close() {
		this.recipients.forEach((recipient) -> recipient.executor.shutdown());
	}

	private static final class Recipient {

		private final QosListener listener;

		private final ThreadPoolExecutor executor;

		private Recipient(String handle, QosListener listener) {
			this.listener = listener;
			this.executor = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE_LENGTH),
					(task) -> Threads.daemon("qos-events-" + handle, task),
					(task, full) -> logger.log(Level.DEBUG, "An event for {0} is dropped", listener));
			this.executor.allowCoreThreadTimeOut(true);
		}

		private void tell(Consumer<QosListener> event) {
			try {
				this.executor.execute(() -> run(event));
			}
			catch (Throwable ex) {
				// No thread to be had: nothing that a caller could do about it.
				logger.log(Level.DEBUG, "An event is dropped", ex);
			}
		}

		private void run(Consumer<QosListener> event) {
			try {
				event.accept(this.listener);
			}
			catch (Throwable ex) {
				logger.log(Level.DEBUG, "A QoS listener has thrown", ex);
			}
		}

	}

}
