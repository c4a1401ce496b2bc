package io.github.qos4j;

import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * The requested code point, and the one that the system says it applies. Neither tells
 * what arrives at the peer: routers may clear or rewrite marks. Immutable.
 *
 * @param requested the requested code point
 * @param applied the code point last reported by the system, or {@code null} if it has
 * not been asked or does not tell
 * @param note why {@code applied} differs or is missing, or another remark; {@code null}
 * if there is none
 */
public record Marking(Dscp requested, @Nullable Dscp applied, @Nullable String note) {

	/**
	 * Create a marking.
	 * @param requested the requested code point
	 * @param applied the code point reported by the system, or {@code null}
	 * @param note an explanation, or {@code null}
	 * @throws IllegalArgumentException if {@code requested} is null
	 */
	public Marking {
		Assert.notNull(requested, "requested");
	}

	/**
	 * Return whether the system reported exactly the requested code point.
	 * @return {@code true} if it did, {@code false} if it reported another one or none
	 */
	public boolean isApplied() {
		return this.requested.equals(this.applied);
	}

}
