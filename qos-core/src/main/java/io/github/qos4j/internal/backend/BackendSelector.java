package io.github.qos4j.internal.backend;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.spi.Availability;
import io.github.qos4j.spi.QosBackend;
import org.jspecify.annotations.Nullable;

/**
 * Finds the backend that a handle uses.
 */
public final class BackendSelector {

	public static final String AUTO = "auto";

	private static final String NONE = "none";

	/** A loader that cannot read its files may fail without end. */
	private static final int MOST_LOAD_FAILURES = 20;

	private static final System.Logger logger = System.getLogger(QosHandle.class.getName());

	private final String name;

	private final List<QosBackend> candidates;

	private BackendSelector(String name, List<QosBackend> candidates) {
		this.name = name;
		this.candidates = candidates;
	}

	public static BackendSelector of(QosBackend backend) {
		return new BackendSelector(backend.name(), List.of(backend));
	}

	/**
	 * Find backends by name, loading no native library.
	 * @throws IllegalArgumentException if there is no backend of that name
	 */
	public static BackendSelector named(String name) {
		return named(name, load());
	}

	public static BackendSelector named(String name, List<QosBackend> backends) {
		if (AUTO.equals(name)) {
			return new BackendSelector(name,
					backends.stream().filter((backend) -> backend.isAutomatic() || isNone(backend)).toList());
		}
		return new BackendSelector(name,
				List.of(backends.stream()
					.filter((backend) -> backend.name().equals(name))
					.findFirst()
					.orElseThrow(() -> new IllegalArgumentException("QoS backend must be one of auto, "
							+ backends.stream().map(QosBackend::name).collect(Collectors.joining(", ")) + " but was '"
							+ name + "'"))));
	}

	/**
	 * Load the backends in the order of the service files. One that does not load is left
	 * out.
	 */
	private static List<QosBackend> load() {
		List<QosBackend> backends = new ArrayList<>();
		Iterator<QosBackend> loaded = ServiceLoader.load(QosBackend.class, QosBackend.class.getClassLoader())
			.iterator();
		boolean more = true;
		int failures = 0;
		while (more && failures < MOST_LOAD_FAILURES) {
			try {
				more = loaded.hasNext();
				if (more) {
					backends.add(loaded.next());
				}
			}
			catch (ServiceConfigurationError | LinkageError ex) {
				logger.log(System.Logger.Level.WARNING, "A QoS backend that cannot be loaded is left out", ex);
				failures++;
			}
		}
		return backends;
	}

	private static boolean isNone(QosBackend backend) {
		return NONE.equals(backend.name());
	}

	public String name() {
		return this.name;
	}

	/**
	 * Return the backend that this system is meant to have, which may turn out to be
	 * unusable. Loads no native library.
	 */
	public Optional<QosBackend> intended() {
		return this.candidates.stream().filter(QosBackend::isForThisSystem).findFirst();
	}

	/**
	 * Choose the first backend that can be used, and {@code none} where there is no such
	 * backend.
	 * @throws QosUnavailableException if nothing is left to choose
	 */
	public Selection select() {
		List<String> reasons = new ArrayList<>();
		List<String> remedies = new ArrayList<>();
		QosBackend none = null;
		QosBackend broken = null;
		for (QosBackend backend : this.candidates) {
			if (AUTO.equals(this.name) && isNone(backend)) {
				none = backend;
				continue;
			}
			Availability availability = backend.availability();
			if (availability.usable()) {
				return new Selection(backend, backend, null);
			}
			reasons.add(backend.name() + ": " + availability.reason());
			if (availability.remedy() != null) {
				remedies.add(availability.remedy());
				broken = (broken != null) ? broken : backend;
			}
		}
		QosUnavailableException refusal = new QosUnavailableException(ErrorCase.LIBRARY,
				"No QoS backend can be used (" + String.join("; ", reasons) + ")", remedies.isEmpty()
						? "Choose the backend 'auto', and run on Windows, Linux or macOS" : String.join("; ", remedies),
				null);
		if (none == null) {
			throw refusal;
		}
		return new Selection(none, (broken != null) ? broken : none, refusal);
	}

	/**
	 * A chosen backend.
	 *
	 * @param backend the backend
	 * @param intended the backend that this system is meant to have, whose service tells
	 * what is wrong
	 * @param refusal why nothing better could be used, or {@code null}
	 */
	public record Selection(QosBackend backend, QosBackend intended, @Nullable QosUnavailableException refusal) {

	}

}
