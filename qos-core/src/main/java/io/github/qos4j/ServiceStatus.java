package io.github.qos4j;

/**
 * The system service that a backend depends on.
 *
 * @param name its name, {@code QWAVE} for example, or {@code none}
 * @param state its state
 */
public record ServiceStatus(String name, ServiceState state) {

	/**
	 * Status of a backend that needs no service.
	 */
	public static final ServiceStatus NOT_NEEDED = new ServiceStatus("none", ServiceState.NOT_NEEDED);

}
