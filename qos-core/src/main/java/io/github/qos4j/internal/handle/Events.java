package io.github.qos4j.internal.handle;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.qos4j.QosHandle;
import io.github.qos4j.internal.util.Threads;

/**
 * Tells listeners. Each has a daemon thread of its own, which exists while there is
 * something to tell, and a queue of limited length: what does not fit is dropped.
 */
final class Events {

	private static final int QUEUE_LENGTH = 10_000;

	private final String handle;

	private final System.Logger logger;

	private final List<Recipient<QosHandle.Listener>> recipients;

	/** Those of the recipients that hear of flows. */
	private final List<Recipient<QosHandle.Listener>> flowRecipients;

	Events(String handle, List<QosHandle.Listener> listeners, System.Logger logger) {
		this.handle = handle;
		this.logger = logger;
		this.recipients = listeners.stream().map(this::recipient).toList();
		this.flowRecipients = this.recipients.stream().filter((recipient) -> hearsOfFlows(recipient.listener)).toList();
	}

	private boolean hearsOfFlows(QosHandle.Listener listener) {
		try {
			return listener.hearsOfFlows();
		}
		catch (Throwable ex) {
			this.logger.log(Level.DEBUG, "A QoS listener has thrown", ex);
			return true;
		}
	}

	boolean isHeard() {
		return !this.recipients.isEmpty();
	}

	/**
	 * Tell all listeners. Never blocks.
	 */
	void tell(Consumer<QosHandle.Listener> event) {
		this.recipients.forEach((recipient) -> recipient.tell(event));
	}

	boolean areFlowsHeard() {
		return !this.flowRecipients.isEmpty();
	}

	/**
	 * Tell those listeners that hear of flows. Never blocks.
	 */
	void tellOfFlow(Consumer<QosHandle.Listener> event) {
		this.flowRecipients.forEach((recipient) -> recipient.tell(event));
	}

	/**
	 * Tell what has not been told yet, and nothing after it. Never blocks.
	 */
	void close() {
		this.recipients.forEach(Recipient::close);
	}

	/**
	 * Return what tells a listener of another kind.
	 */
	<L> Recipient<L> recipient(L listener) {
		return new Recipient<>(this.handle, listener, this.logger);
	}

	/**
	 * A listener with its thread and queue.
	 *
	 * @param <L> type of the listener
	 */
	static final class Recipient<L> {

		private final L listener;

		private final System.Logger logger;

		private final ThreadPoolExecutor executor;

		private Recipient(String handle, L listener, System.Logger logger) {
			this.listener = listener;
			this.logger = logger;
			this.executor = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(QUEUE_LENGTH),
					(task) -> Threads.daemon("qos-events-" + handle, task),
					(task, full) -> logger.log(Level.DEBUG, "An event for {0} is dropped", listener));
			this.executor.allowCoreThreadTimeOut(true);
		}

		/**
		 * Tell the listener. Never blocks.
		 */
		void tell(Consumer<L> event) {
			try {
				this.executor.execute(() -> run(event));
			}
			catch (Throwable ex) {
				// No thread to be had: nothing that a caller could do about it.
				this.logger.log(Level.DEBUG, "An event is dropped", ex);
			}
		}

		/**
		 * Tell what has not been told yet, and nothing after it. Never blocks.
		 */
		void close() {
			this.executor.shutdown();
		}

		private void run(Consumer<L> event) {
			try {
				event.accept(this.listener);
			}
			catch (Throwable ex) {
				this.logger.log(Level.DEBUG, "A QoS listener has thrown", ex);
			}
		}

	}

}
