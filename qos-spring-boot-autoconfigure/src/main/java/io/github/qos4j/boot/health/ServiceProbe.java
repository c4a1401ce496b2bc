package io.github.qos4j.boot.health;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.qos4j.QosHandle;
import io.github.qos4j.ServiceState;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.boot.thread.DaemonThreads;
import org.jspecify.annotations.Nullable;

/**
 * Asks a handle for the state of its service, which can hang, and waits for a limited
 * time only. All callers share one call: while it hangs there is one thread and no more,
 * and the limit counts from the start of the call, so that only the first callers wait at
 * all. The thread ends with its call. A backend that needs no service is asked once.
 * Thread-safe.
 */
public final class ServiceProbe {

	private static final ServiceStatus NO_ANSWER = new ServiceStatus("unknown", ServiceState.UNKNOWN);

	private final QosHandle handle;

	private final Duration limit;

	private @Nullable Call call;

	/** The answer that never changes. */
	private volatile @Nullable ServiceStatus none;

	/**
	 * Create a probe.
	 * @param handle the handle
	 * @param limit the longest time that a call may take for its answer to be waited for
	 */
	public ServiceProbe(QosHandle handle, Duration limit) {
		this.handle = handle;
		this.limit = limit;
	}

	/**
	 * Return the state of the service, or {@code unknown} if it does not answer in time,
	 * if asking fails or a mock answers nothing, or if this thread is interrupted (its
	 * interrupt flag is set again).
	 * @return the state of the service
	 */
	public ServiceStatus ask() {
		ServiceStatus known = this.none;
		return (known != null) ? known : await(call());
	}

	private ServiceStatus await(Call shared) {
		long left = this.limit.toNanos() - (System.nanoTime() - shared.started());
		try {
			ServiceStatus answer = shared.task().get(Math.max(left, 0), TimeUnit.NANOSECONDS);
			if (answer == null) {
				return NO_ANSWER;
			}
			if (answer.state() == ServiceState.NOT_NEEDED) {
				this.none = answer;
			}
			return answer;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return NO_ANSWER;
		}
		catch (ExecutionException | TimeoutException ex) {
			return NO_ANSWER;
		}
	}

	/**
	 * Return the call under way, or a new one where there is none.
	 */
	private synchronized Call call() {
		Call current = this.call;
		if (current == null || current.task().isDone()) {
			current = new Call(new FutureTask<>(this.handle::queryServiceStatus), System.nanoTime());
			DaemonThreads.create("qos-health-" + this.handle.name(), current.task()).start();
			this.call = current;
		}
		return current;
	}

	/**
	 * A call.
	 *
	 * @param task gives the answer
	 * @param started when it began, as {@link System#nanoTime()}
	 */
	private record Call(FutureTask<ServiceStatus> task, long started) {

	}

}
