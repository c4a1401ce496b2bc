package io.github.qos4j.boot.autoconfigure;

import io.github.qos4j.QosHandle;

/**
 * Changes the auto-configured {@link QosHandle.Builder} before it is handed out. Beans of
 * this type run in their order, after the properties {@code qos.*} have been applied.
 */
@FunctionalInterface
public interface QosHandleBuilderCustomizer {

	/**
	 * Customize the builder. Called for each builder, and there is one for each handle.
	 * @param builder the builder to customize
	 */
	void customize(QosHandle.Builder builder);

}
