package io.github.qos4j.internal.qwave;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.QosException;
import io.github.qos4j.internal.qwave.CompletionPort.Operation;
import io.github.qos4j.spi.PendingCondition;
import org.jspecify.annotations.Nullable;

/**
 * The waits of a {@link QwaveSession} for conditions of its flows.
 */
final class QwaveConditions {

	/** How long a close waits for calls that were cancelled. */
	private static final int CANCEL_MILLIS = 500;

	private final NativeHandle handle;

	private final CompletionPort completions;

	private final System.Logger logger;

	/** Whether the completion port collects the packets of this handle. */
	private boolean attached;

	/** Waits that have not completed, and some that have. */
	private final List<Operation> pending = new ArrayList<>();

	/** How many of them there may be until those that have completed are forgotten. */
	private int mostPending = 64;

	QwaveConditions(NativeHandle handle, CompletionPort completions, System.Logger logger) {
		this.handle = handle;
		this.completions = completions;
		this.logger = logger;
	}

	/**
	 * Begin a wait.
	 */
	PendingCondition arm(QwaveFlow flow, FlowCondition condition, Consumer<@Nullable QosException> completion) {
		if (!flow.options.qwave().adaptive()) {
			throw new QosException(ErrorCase.NOT_SUPPORTED, "qWAVE tells of conditions for adaptive flows only",
					"Ask for an adaptive flow", null);
		}
		int id = flow.requireId();
		if (!this.attached) {
			this.handle.attachTo(this.completions);
			this.attached = true;
		}
		Operation operation = this.completions.begin((code) -> tell(completion, code));
		try {
			if (this.handle.notify(id, condition, operation)) {
				// Its packet comes too, and its memory is kept until then.
				operation.complete(0);
			}
		}
		catch (QosException ex) {
			this.completions.forget(operation);
			throw ex;
		}
		remember(operation);
		return () -> cancel(operation);
	}

	private void tell(Consumer<@Nullable QosException> completion, int code) {
		try {
			completion.accept((code != 0) ? new QosException(Win32Error.of("QOSNotifyFlow", code)) : null);
		}
		catch (RuntimeException | Error ex) {
			this.logger.log(Level.DEBUG, "The completion of a call has thrown", ex);
		}
	}

	private void remember(Operation operation) {
		if (this.pending.size() >= this.mostPending) {
			this.pending.removeIf(Operation::isOver);
			this.mostPending = 64 + 2 * this.pending.size();
		}
		this.pending.add(operation);
	}

	/**
	 * Cancel a call.
	 * @return whether its packet will come soon
	 */
	private boolean cancel(Operation operation) {
		// Whatever makes it fail, there is nothing to do but to collect what comes.
		return !operation.isOver() && this.handle.cancel(operation);
	}

	/**
	 * Cancel all waits, and give their packets a moment to come. The handle is still
	 * open.
	 */
	void cancelAll() {
		List<Operation> cancelled = this.pending.stream().filter(this::cancel).toList();
		this.completions.await(cancelled, CANCEL_MILLIS);
	}

	/**
	 * End the waits that are left. The handle is closed.
	 */
	void end() {
		this.pending.forEach((operation) -> operation.complete(Win32Error.ERROR_OPERATION_ABORTED.code()));
		if (this.attached) {
			this.completions.detach();
			int kept = this.completions.outstanding();
			if (kept > 0) {
				this.logger.log(Level.DEBUG, "The memory of {0} calls that have not completed is kept", kept);
			}
		}
	}

}
