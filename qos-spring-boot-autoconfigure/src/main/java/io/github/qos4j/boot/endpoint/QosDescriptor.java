package io.github.qos4j.boot.endpoint;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Everything but the flows.
 *
 * @param handles the handles by the names of their beans
 * @param policies the policies
 * @param probe the last probe, or {@code null} if there was none
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record QosDescriptor(Map<String, HandleDescriptor> handles, List<PolicyDescriptor> policies,
		@Nullable ProbeDescriptor probe) implements OperationResponseBody {

	/**
	 * Handles alone.
	 *
	 * @param handles the handles by the names of their beans
	 */
	public record Handles(Map<String, HandleDescriptor> handles) implements OperationResponseBody {

	}

	/**
	 * Policies alone.
	 *
	 * @param policies the policies
	 */
	public record Policies(List<PolicyDescriptor> policies) implements OperationResponseBody {

	}

	/**
	 * The last probe alone.
	 *
	 * @param probe the probe, or {@code null} if there was none
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	public record Probe(@Nullable ProbeDescriptor probe) implements OperationResponseBody {

	}

}
