package io.github.qos4j;

/**
 * Status of the system service that a backend depends on. Immutable.
 *
 * @param name the name of the service, for example {@code QWAVE}, or {@code none}
 * @param state its state
 */
public record ServiceStatus(String name, ServiceState state) {

	/**
	 * Status of a backend that needs no service.
	 */
	public static final ServiceStatus NOT_NEEDED = new ServiceStatus("none", ServiceState.NOT_NEEDED);

}
