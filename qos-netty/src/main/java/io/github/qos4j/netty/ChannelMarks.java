package io.github.qos4j.netty;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;

/**
 * Gives channels flows, one for each, and ends them with their channels. Knows when an
 * event loop would have to wait, and never makes it. Throws nothing into a pipeline.
 */
final class ChannelMarks {

	private static final System.Logger logger = System.getLogger(QosChannelHandler.class.getName());

	private static final AttributeKey<Mark> MARK = AttributeKey.valueOf(ChannelMarks.class, "mark");

	private static final AtomicBoolean WARNED = new AtomicBoolean();

	private final QosHandle handle;

	/** It never opens for the first time again. */
	private volatile boolean opened;

	ChannelMarks(QosHandle handle) {
		this.handle = handle;
	}

	/**
	 * Return the flow of a channel, or {@code null} if it has none.
	 */
	static @Nullable QosFlow flowOf(Channel channel) {
		Channel transport = NettySockets.transport(channel);
		Mark mark = (transport != null) ? transport.attr(MARK).get() : null;
		return (mark != null) ? mark.flow() : null;
	}

	/**
	 * Mark a channel that has no flow. As long as the handle opens for the first time,
	 * adding a flow may wait for the native library, so this is done afterwards then.
	 * @param owner who marks it
	 * @param marking how to mark it
	 */
	void mark(Channel channel, Object owner, Marking marking) {
		attempt(channel, () -> {
			if (NettySockets.transport(channel) == null) {
				logger.log(System.Logger.Level.DEBUG, () -> "No internet socket to mark: " + channel);
			}
			else if (isOpening()) {
				markLater(channel, owner, marking);
			}
			else {
				markNow(channel, owner, marking, false);
			}
		});
	}

	private boolean isOpening() {
		if (!this.opened) {
			this.opened = this.handle.state() != HandleState.OPENING;
		}
		return !this.opened;
	}

	private void markLater(Channel channel, Object owner, Marking marking) {
		// Opening can take very long where a service hangs, and channels come and go.
		WeakReference<Channel> reference = new WeakReference<>(channel);
		this.handle.whenOpen().whenCompleteAsync((handle, failure) -> {
			Channel wanted = reference.get();
			if (wanted != null && wanted.isOpen()) {
				attempt(wanted, () -> markNow(wanted, owner, marking, true));
			}
		}, channel.eventLoop());
	}

	private static void markNow(Channel channel, Object owner, Marking marking, boolean late) {
		Channel transport = NettySockets.transport(channel);
		QosSocket socket = NettySockets.of(channel);
		if (transport == null || socket == null || isMarked(transport)) {
			return;
		}
		QosFlow flow = marking.mark(channel, socket, late);
		if (flow != null) {
			Mark mark = new Mark(owner, flow);
			transport.attr(MARK).set(mark);
			transport.closeFuture().addListener(mark);
		}
	}

	private static boolean isMarked(Channel transport) {
		Mark mark = transport.attr(MARK).get();
		return mark != null && mark.flow().state() != FlowState.CLOSED;
	}

	/**
	 * Change the flow of a channel, if this owner has marked it.
	 */
	static void update(Channel channel, Object owner, Consumer<QosFlow> update) {
		attempt(channel, () -> {
			Mark mark = channel.attr(MARK).get();
			if (mark != null && mark.owner() == owner) {
				update.accept(mark.flow());
			}
		});
	}

	/**
	 * End the flow of a channel, if this owner has marked it.
	 */
	static void unmark(Channel channel, Object owner) {
		attempt(channel, () -> {
			Mark mark = channel.attr(MARK).get();
			if (mark != null && mark.owner() == owner) {
				channel.attr(MARK).set(null);
				// One channel can have many flows one after the other.
				channel.closeFuture().removeListener(mark);
				mark.flow().close();
			}
		});
	}

	/**
	 * Whatever goes wrong here is not to become the connection's failure.
	 */
	private static void attempt(Channel channel, Runnable work) {
		try {
			work.run();
		}
		catch (RuntimeException | LinkageError ex) {
			System.Logger.Level level = WARNED.compareAndSet(false, true) ? System.Logger.Level.WARNING
					: System.Logger.Level.DEBUG;
			logger.log(level, () -> "A channel cannot be marked: " + channel, ex);
		}
	}

	/**
	 * How to mark a channel.
	 */
	@FunctionalInterface
	interface Marking {

		/**
		 * Mark it.
		 * @param channel the channel
		 * @param socket its socket
		 * @param late whether this had to wait for the handle
		 * @return the flow, or {@code null} if the channel is not to be marked
		 */
		@Nullable QosFlow mark(Channel channel, QosSocket socket, boolean late);

	}

	/**
	 * The flow of a channel, which ends with it.
	 *
	 * @param owner who has marked it
	 * @param flow the flow
	 */
	private record Mark(Object owner, QosFlow flow) implements ChannelFutureListener {

		@Override
		public void operationComplete(ChannelFuture closed) {
			this.flow.close();
		}

	}

}
