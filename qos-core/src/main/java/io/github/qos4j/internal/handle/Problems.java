package io.github.qos4j.internal.handle;

import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowException;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with single flows, removals and trackings of a handle that is open, until
 * it is over, and the log's share of it. Guarded by the handle's lock, but for what logs.
 */
final class Problems {

	private final Map<Object, QosException> bySubject = new LinkedHashMap<>();

	private final String handle;

	private final Failures failures;

	Problems(String handle, Failures failures) {
		this.handle = handle;
		this.failures = failures;
	}

	/**
	 * Note what is wrong with something.
	 */
	void begin(Object subject, QosException failure) {
		// As the last one, also if something was wrong with it before.
		this.bySubject.remove(subject);
		this.bySubject.put(subject, failure);
	}

	/**
	 * Note that nothing is wrong with it any longer.
	 */
	void over(Object subject) {
		if (!this.bySubject.isEmpty()) {
			this.bySubject.remove(subject);
		}
	}

	/**
	 * Return the last failure that still matters.
	 */
	@Nullable QosException last() {
		QosException last = null;
		for (QosException failure : this.bySubject.values()) {
			last = failure;
		}
		return last;
	}

	/**
	 * Log a failure that harms no connection. Not called under the lock.
	 */
	void log(QosException failure) {
		log(failure, (failure instanceof QosFlowException) ? "leaves a flow unmarked, its connection is not affected"
				: "closed a flow with a complaint");
	}

	/**
	 * Log a failure of the handle. Not called under the lock.
	 */
	void log(QosException failure, String what) {
		this.failures.log(Level.WARNING, failure,
				"QoS handle '" + this.handle + "' " + what + ": " + failure.getMessage());
	}

}
