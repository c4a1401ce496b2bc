package io.github.qos4j;

import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * Why a backend was not chosen.
 *
 * @param backend the name of the backend
 * @param reason why it cannot be used, in words
 * @param remedy what to do about it, or {@code null} if there is nothing to do, as on
 * another system
 */
public record BackendRefusal(String backend, String reason, @Nullable String remedy) {

	/**
	 * Create a refusal.
	 * @param backend the name of the backend
	 * @param reason why it cannot be used
	 * @param remedy what to do about it, or {@code null}
	 * @throws IllegalArgumentException if the name or the reason is null
	 */
	public BackendRefusal {
		Assert.notNull(backend, "backend");
		Assert.notNull(reason, "reason");
	}

}
