package io.github.qos4j.boot.endpoint;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Why a request was refused.
 *
 * @param message the reason, and what is allowed
 */
public record Problem(String message) implements OperationResponseBody {

}
