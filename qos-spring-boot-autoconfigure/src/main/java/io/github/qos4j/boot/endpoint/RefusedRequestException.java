package io.github.qos4j.boot.endpoint;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * A request that cannot be fulfilled, with the status that says so over HTTP.
 */
final class RefusedRequestException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private static final int CONFLICT = 409;

	private final int status;

	private RefusedRequestException(int status, String message) {
		super(message);
		this.status = status;
	}

	/**
	 * A parameter is wrong.
	 */
	static RefusedRequestException invalid(String message) {
		return new RefusedRequestException(WebEndpointResponse.STATUS_BAD_REQUEST, message);
	}

	/**
	 * There is nothing of that name.
	 */
	static RefusedRequestException unknown(String message) {
		return new RefusedRequestException(WebEndpointResponse.STATUS_NOT_FOUND, message);
	}

	/**
	 * It cannot be done now.
	 */
	static RefusedRequestException conflict(String message) {
		return new RefusedRequestException(CONFLICT, message);
	}

	int status() {
		return this.status;
	}

	String reason() {
		return String.valueOf(getMessage());
	}

}
