package io.github.qos4j.boot.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

import io.github.qos4j.HandleStatus;
import io.github.qos4j.QosException;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosOperation;
import org.jspecify.annotations.Nullable;

/**
 * Is told of what one handle does, from the moment that it is built, and tells its
 * meters. Which handle that is, its first change tells. Handles are built long before
 * there is a registry, so the first operations are kept until then.
 */
final class HandleObserver implements QosHandle.Observer, QosHandle.Listener {

	private static final int MOST_KEPT = 256;

	private static final HandleMeters[] NONE = {};

	private final BiConsumer<QosHandle, HandleObserver> introduction;

	private final Runnable news;

	private volatile HandleMeters[] meters = NONE;

	private boolean introduced;

	/** Operations that no meter knows of yet. */
	private @Nullable List<Operation> kept = new ArrayList<>();

	/**
	 * Create an observer.
	 * @param introduction is told of the handle, once that is known
	 * @param news is run after each operation, and must be fast
	 */
	HandleObserver(BiConsumer<QosHandle, HandleObserver> introduction, Runnable news) {
		this.introduction = introduction;
		this.news = news;
	}

	@Override
	public boolean hearsOfFlows() {
		return false;
	}

	@Override
	public void handleChanged(QosHandle handle, HandleStatus status) {
		if (!this.introduced) {
			this.introduced = true;
			this.introduction.accept(handle, this);
		}
		for (HandleMeters each : this.meters) {
			if (each.handle() == handle) {
				each.changed(status);
			}
		}
	}

	@Override
	public void completed(QosOperation operation, long nanos, @Nullable QosException failure) {
		if (this.meters.length == 0 && keep(new Operation(operation, nanos, failure))) {
			return;
		}
		// Read once more: they may have been connected since.
		HandleMeters[] known = this.meters;
		if (known.length > 0) {
			for (HandleMeters each : known) {
				each.completed(operation, nanos, failure);
			}
			this.news.run();
		}
	}

	/**
	 * Keep an operation for the first meters.
	 * @return {@code false} if nothing is kept any longer
	 */
	private synchronized boolean keep(Operation operation) {
		if (this.kept == null) {
			return false;
		}
		if (this.kept.size() < MOST_KEPT) {
			this.kept.add(operation);
		}
		return true;
	}

	/**
	 * Tell these meters, too, from now on, and the first ones of what was kept.
	 */
	synchronized void connect(List<HandleMeters> added) {
		List<Operation> missed = this.kept;
		if (missed != null && !added.isEmpty()) {
			missed.forEach((operation) -> tell(added, operation));
			this.kept = null;
		}
		this.meters = Stream.concat(Arrays.stream(this.meters), added.stream()).toArray(HandleMeters[]::new);
	}

	private static void tell(List<HandleMeters> added, Operation missed) {
		added.forEach((each) -> each.completed(missed.operation(), missed.nanos(), missed.failure()));
	}

	/**
	 * Tell nobody any longer.
	 */
	synchronized void disconnect() {
		this.meters = NONE;
		this.kept = null;
	}

	/**
	 * An operation that has ended.
	 */
	private record Operation(QosOperation operation, long nanos, @Nullable QosException failure) {

	}

}
