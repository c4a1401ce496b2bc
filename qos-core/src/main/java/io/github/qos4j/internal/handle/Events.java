package io.github.qos4j.internal.handle;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.qos4j.QosHandle;
import io.github.qos4j.internal.util.Threads;
import org.jspecify.annotations.Nullable;

/**
 * Tells listeners. Each has a daemon thread of its own, which exists while there is
 * something to tell, and a queue. Where too much waits in it, what is told of flows is
 * dropped. What is told of the handle never is, but of very many news of it the newest
 * takes the place of the one before.
 */
final class Events {

	/** How much may wait for a flow's news not to be dropped. */
	private static final int MOST_WAITING = 10_000;

	/** How many news of the handle may wait, each of its own. */
	private static final int MOST_NEWS = 100;

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
	 * Tell all listeners of the handle. Never blocks.
	 */
	void tell(Consumer<QosHandle.Listener> event) {
		this.recipients.forEach((recipient) -> recipient.tellSurely(event));
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

		/** What {@link #tellSurely} was given last. */
		private @Nullable News newest;

		/** How much of what it was given waits. */
		private int waiting;

		private Recipient(String handle, L listener, System.Logger logger) {
			this.listener = listener;
			this.logger = logger;
			this.executor = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
					(task) -> Threads.daemon("qos-events-" + handle, task), (task, closed) -> logDropped());
			this.executor.allowCoreThreadTimeOut(true);
		}

		/**
		 * Tell the listener, unless too much waits already. Never blocks.
		 */
		void tell(Consumer<L> event) {
			if (this.executor.getQueue().size() < MOST_WAITING) {
				execute(() -> run(event));
			}
			else {
				logDropped();
			}
		}

		/**
		 * Tell the listener, of this or of something newer. Never blocks.
		 */
		synchronized void tellSurely(Consumer<L> event) {
			if (this.newest != null && this.waiting >= MOST_NEWS) {
				this.newest.event = event;
				return;
			}
			this.newest = new News(event);
			this.waiting += execute(this.newest) ? 1 : 0;
		}

		private boolean execute(Runnable task) {
			try {
				this.executor.execute(task);
				return true;
			}
			catch (Throwable ex) {
				// No thread to be had: nothing that a caller could do about it.
				this.logger.log(Level.DEBUG, "An event is dropped", ex);
				return false;
			}
		}

		/**
		 * Tell what has not been told yet, and nothing after it. Never blocks.
		 */
		void close() {
			this.executor.shutdown();
		}

		private void logDropped() {
			this.logger.log(Level.DEBUG, "An event for {0} is dropped", this.listener);
		}

		private void run(Consumer<L> event) {
			try {
				event.accept(this.listener);
			}
			catch (Throwable ex) {
				this.logger.log(Level.DEBUG, "A QoS listener has thrown", ex);
			}
		}

		/**
		 * What is not dropped.
		 */
		private final class News implements Runnable {

			private Consumer<L> event;

			News(Consumer<L> event) {
				this.event = event;
			}

			@Override
			public void run() {
				Consumer<L> latest;
				synchronized (Recipient.this) {
					Recipient.this.waiting--;
					latest = this.event;
				}
				Recipient.this.run(latest);
			}

		}

	}

}
