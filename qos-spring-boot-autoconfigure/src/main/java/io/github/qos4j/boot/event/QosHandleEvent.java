package io.github.qos4j.boot.event;

import io.github.qos4j.HandleStatus;
import io.github.qos4j.QosHandle;

/**
 * The state of a handle has changed. Each kind of event has a type of its own. Immutable.
 */
public sealed interface QosHandleEvent extends QosEvent {

	/**
	 * Return the status of the handle at the time of this event.
	 * @return the status
	 */
	HandleStatus status();

	/**
	 * The handle is open for the first time.
	 *
	 * @param handle the handle
	 * @param status its status
	 */
	record Opened(QosHandle handle, HandleStatus status) implements QosHandleEvent {

	}

	/**
	 * The handle could not be opened. It tries again by itself, unless
	 * {@link HandleStatus#nextTry()} is {@code null}.
	 *
	 * @param handle the handle
	 * @param status its status
	 */
	record Unavailable(QosHandle handle, HandleStatus status) implements QosHandleEvent {

	}

	/**
	 * The native handle is dead, for example because the system has slept, or was given
	 * up by {@link QosHandle#reopen()}. It is being reopened.
	 *
	 * @param handle the handle
	 * @param status its status
	 */
	record Lost(QosHandle handle, HandleStatus status) implements QosHandleEvent {

	}

	/**
	 * The handle is open again.
	 *
	 * @param handle the handle
	 * @param status its status
	 */
	record Recovered(QosHandle handle, HandleStatus status) implements QosHandleEvent {

	}

	/**
	 * Marking is paused: no flow is marked until it is resumed.
	 *
	 * @param handle the handle
	 * @param status its status
	 */
	record Paused(QosHandle handle, HandleStatus status) implements QosHandleEvent {

	}

	/**
	 * Marking is no longer paused.
	 *
	 * @param handle the handle
	 * @param status its status
	 */
	record Resumed(QosHandle handle, HandleStatus status) implements QosHandleEvent {

	}

	/**
	 * The handle was closed by the application. Not published where the context closes
	 * it, since its listeners are closed as well then.
	 *
	 * @param handle the handle
	 * @param status its status
	 */
	record Closed(QosHandle handle, HandleStatus status) implements QosHandleEvent {

	}

}
