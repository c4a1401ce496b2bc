package io.github.qos4j.boot.text;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.NativeError;
import io.github.qos4j.QosException;

/**
 * Tells of a failure what cannot contain an address: the native call and its error code,
 * or else what the failure means. Its message may be anybody's, such as that of a cause.
 */
public final class FailureFacts {

	private FailureFacts() {
	}

	/**
	 * Return the facts of a failure.
	 * @param failure the failure
	 * @return a sentence without a full stop
	 */
	public static String of(QosException failure) {
		String operation = failure.operation();
		if (operation != null && failure.code().isPresent()) {
			return new NativeError(operation, failure.code().getAsInt(), failure.symbol(), failure.errorCase(), null)
				.toString();
		}
		return of(failure.errorCase());
	}

	private static String of(ErrorCase errorCase) {
		return switch (errorCase) {
			case CANCELLED -> "The call was cancelled";
			case TRY_AGAIN -> "There is no answer yet";
			case RESOURCES -> "The system is short of a resource";
			case BANDWIDTH -> "The path has too little bandwidth";
			case HANDLE_LOST -> "The native handle is lost";
			case DEVICE -> "A network adapter or its driver failed";
			case NETWORK -> "The peer cannot be reached, or its address is not known";
			case INVALID -> "The request is not valid, or not now";
			case NOT_FOUND -> "The system does not know the flow, or sees no need for one";
			case NOT_SUPPORTED -> "The system, the socket or the path does not support it";
			case NOT_CONNECTED -> "The socket is not connected yet";
			case SOCKET_CLOSED -> "The socket is closed";
			case ADMINISTRATOR -> "A permission, a service or a firewall is in the way";
			case LIBRARY -> "A native library is missing, or no backend can be used";
			case TIMEOUT -> "A call did not complete in time";
			case UNKNOWN -> "It failed for an unknown reason";
		};
	}

}
