package io.github.qos4j;

import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for and what the system says it applies. What arrives at the other end
 * of a network is a different question: routers may clear or rewrite marks.
 *
 * @param requested the code point that was asked for
 * @param applied the code point that the system reported when it was last asked, or
 * {@code null} where it has not been asked or does not tell
 * @param note why {@code applied} differs or is missing, or {@code null}
 */
public record Marking(Dscp requested, @Nullable Dscp applied, @Nullable String note) {

	/**
	 * Create a marking.
	 * @param requested the code point that was asked for
	 * @param applied what the system reported, or {@code null}
	 * @param note an explanation, or {@code null}
	 * @throws IllegalArgumentException if {@code requested} is null
	 */
	public Marking {
		Assert.notNull(requested, "requested");
	}

	/**
	 * Return whether the system reported exactly what was asked for.
	 * @return {@code true} if it did, {@code false} if it reported another value or none
	 */
	public boolean isApplied() {
		return this.requested.equals(this.applied);
	}

}
