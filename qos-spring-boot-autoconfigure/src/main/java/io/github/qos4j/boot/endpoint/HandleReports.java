package io.github.qos4j.boot.endpoint;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.health.ServiceProbe;
import org.jspecify.annotations.Nullable;

/**
 * Knows the handles by the names of their beans, and what is to be told of them.
 */
final class HandleReports {

	/** The longest wait for the system's service manager. */
	private static final Duration SERVICE_TIMEOUT = Duration.ofSeconds(1);

	private final Map<String, QosHandle> handles;

	private final Map<String, ServiceProbe> services = new LinkedHashMap<>();

	HandleReports(Map<String, QosHandle> handles) {
		this.handles = Collections.unmodifiableMap(new LinkedHashMap<>(handles));
		this.handles.forEach((name, handle) -> this.services.put(name, new ServiceProbe(handle, SERVICE_TIMEOUT)));
	}

	/**
	 * Return the handle of a name, or all where there is none.
	 */
	Map<String, QosHandle> named(@Nullable String name) {
		if (name == null || name.isBlank()) {
			return this.handles;
		}
		QosHandle handle = this.handles.get(name);
		if (handle == null) {
			throw RefusedRequestException.unknown(
					"Handle must be one of " + String.join(", ", this.handles.keySet()) + " but was '" + name + "'.");
		}
		return Map.of(name, handle);
	}

	/**
	 * Describe handles. Waits for the state of their services.
	 */
	Map<String, HandleDescriptor> describe(Map<String, QosHandle> described, Addresses addresses) {
		Map<String, HandleDescriptor> descriptors = new LinkedHashMap<>();
		described.forEach((name, handle) -> {
			ServiceProbe service = this.services.get(name);
			if (service != null) {
				descriptors.put(name, HandleDescriptor.of(handle, service.ask(), addresses));
			}
		});
		return descriptors;
	}

	/**
	 * Have a handle do something, or all of them. One that is closed keeps no other from
	 * doing it.
	 */
	Map<String, QosHandle> change(@Nullable String name, Consumer<QosHandle> change) {
		Map<String, QosHandle> asked = named(name);
		IllegalStateException refusal = null;
		int changed = 0;
		for (QosHandle handle : asked.values()) {
			try {
				change.accept(handle);
				changed++;
			}
			catch (IllegalStateException ex) {
				refusal = ex;
			}
		}
		if (refusal != null && changed == 0) {
			throw RefusedRequestException.conflict(String.valueOf(refusal.getMessage()));
		}
		return asked;
	}

}
