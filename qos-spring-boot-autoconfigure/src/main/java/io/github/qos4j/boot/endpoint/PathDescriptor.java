package io.github.qos4j.boot.endpoint;

import java.util.OptionalLong;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.qos4j.FlowFundamentals;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the path of a flow. Each figure is {@code null} where the system does
 * not tell.
 *
 * @param measurement whether there are figures, or {@code null} if the system could not
 * be asked, or has not answered in time
 * @param roundTripMicros the round-trip time in microseconds
 * @param bottleneckBitsPerSecond the capacity of the slowest link
 * @param availableBitsPerSecond the unused part of that
 * @param deliveryBitsPerSecond the rate at which data has recently arrived
 * @param pacingBitsPerSecond the rate at which packets are paced
 * @param retransmissions the segments that were sent again
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record PathDescriptor(@Nullable String measurement, @Nullable Long roundTripMicros,
		@Nullable Long bottleneckBitsPerSecond, @Nullable Long availableBitsPerSecond,
		@Nullable Long deliveryBitsPerSecond, @Nullable Long pacingBitsPerSecond, @Nullable Long retransmissions) {

	static final PathDescriptor UNKNOWN = new PathDescriptor(null, null, null, null, null, null, null);

	static PathDescriptor of(FlowFundamentals figures) {
		return new PathDescriptor(figures.measurement().name(), figure(figures.roundTripMicros()),
				figure(figures.bottleneckBitsPerSecond()), figure(figures.availableBitsPerSecond()),
				figure(figures.deliveryBitsPerSecond()), figure(figures.pacingBitsPerSecond()),
				figure(figures.retransmissions()));
	}

	private static @Nullable Long figure(OptionalLong figure) {
		return figure.isPresent() ? figure.getAsLong() : null;
	}

}
