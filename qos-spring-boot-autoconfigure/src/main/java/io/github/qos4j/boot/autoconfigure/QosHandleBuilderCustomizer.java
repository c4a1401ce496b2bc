package io.github.qos4j.boot.autoconfigure;

import io.github.qos4j.QosHandle;

/**
 * Changes the auto-configured {@link QosHandle} before it is built. Beans of this type
 * run in their order, after the properties {@code qos.*} have been applied.
 */
@FunctionalInterface
public interface QosHandleBuilderCustomizer {

	/**
	 * Customize the builder. The builder is not used again afterwards.
	 * @param builder the builder to customize
	 */
	void customize(QosHandle.Builder builder);

}
