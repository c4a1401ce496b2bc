package io.github.qos4j.boot.autoconfigure;

import io.github.qos4j.QosHandle;

/**
 * Customizes the auto-configured {@link QosHandle.Builder}. Beans of this type are
 * applied in their order, after the {@code qos.*} properties.
 */
@FunctionalInterface
public interface QosHandleBuilderCustomizer {

	/**
	 * Customize the builder. Called for each new builder, and so once for each handle.
	 * @param builder the builder to customize
	 */
	void customize(QosHandle.Builder builder);

}
