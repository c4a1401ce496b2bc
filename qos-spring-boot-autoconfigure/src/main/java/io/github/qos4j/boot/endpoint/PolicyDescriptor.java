package io.github.qos4j.boot.endpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.qos4j.FlowCounts;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A policy as the endpoint shows it.
 *
 * @param name the name
 * @param trafficType the traffic type, for example {@code audio-video}
 * @param dscp the code point
 * @param rate the most that each connection sends, in bits per second, or {@code null}
 * @param matches what it is for by itself, in words; {@code null} if it is used by its
 * name alone
 * @param builtIn whether it is a traffic type's, and nobody has defined it
 * @param flows how many flows follow it, in each state
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record PolicyDescriptor(String name, String trafficType, CodePoint dscp, @Nullable Long rate,
		@Nullable String matches, boolean builtIn, FlowCounts flows) implements OperationResponseBody {

	PolicyDescriptor with(FlowCounts counted) {
		return new PolicyDescriptor(this.name, this.trafficType, this.dscp, this.rate, this.matches, this.builtIn,
				counted);
	}

}
