package io.github.qos4j.internal.backend;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

import io.github.qos4j.BackendRefusal;
import io.github.qos4j.ErrorCase;
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

	private final String name;

	private final List<QosBackend> candidates;

	private final List<Throwable> loadFailures;

	private BackendSelector(String name, List<QosBackend> candidates, List<Throwable> loadFailures) {
		this.name = name;
		this.candidates = candidates;
		this.loadFailures = List.copyOf(loadFailures);
	}

	public static BackendSelector of(QosBackend backend) {
		return new BackendSelector(backend.name(), List.of(backend), List.of());
	}

	/**
	 * Find backends by name in any case, loading no native library.
	 * @throws IllegalArgumentException if there is no backend of that name
	 */
	public static BackendSelector named(String name) {
		List<Throwable> failures = new ArrayList<>();
		return named(name, load(QosBackend.class.getClassLoader(), failures), failures);
	}

	public static BackendSelector named(String name, List<QosBackend> backends) {
		return named(name, backends, List.of());
	}

	public static BackendSelector named(String name, List<QosBackend> backends, List<Throwable> loadFailures) {
		String wanted = name.strip().toLowerCase(Locale.ROOT);
		if (AUTO.equals(wanted)) {
			return new BackendSelector(AUTO,
					backends.stream().filter((backend) -> backend.isAutomatic() || isNone(backend)).toList(),
					loadFailures);
		}
		QosBackend found = backends.stream()
			.filter((backend) -> backend.name().toLowerCase(Locale.ROOT).equals(wanted))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("QoS backend must be one of auto, "
					+ backends.stream().map(QosBackend::name).collect(Collectors.joining(", ")) + " but was '" + name
					+ "'"));
		return new BackendSelector(found.name(), List.of(found), loadFailures);
	}

	/**
	 * Load the backends in the order of the service files. One that does not load is left
	 * out.
	 * @param failures receives why
	 */
	static List<QosBackend> load(ClassLoader classLoader, List<Throwable> failures) {
		List<QosBackend> backends = new ArrayList<>();
		Iterator<QosBackend> loaded = ServiceLoader.load(QosBackend.class, classLoader).iterator();
		boolean more = true;
		while (more && failures.size() < MOST_LOAD_FAILURES) {
			try {
				more = loaded.hasNext();
				if (more) {
					backends.add(loaded.next());
				}
			}
			catch (ServiceConfigurationError | LinkageError ex) {
				failures.add(ex);
			}
		}
		return backends;
	}

	private static boolean isNone(QosBackend backend) {
		return NONE.equals(backend.name());
	}

	/**
	 * Return what was asked for: {@code auto}, or the name of a backend as it writes it
	 * itself.
	 */
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
	 * Return why backends that a service file names could not be loaded, so that whoever
	 * selects can log it where it logs everything else.
	 */
	public List<Throwable> loadFailures() {
		return this.loadFailures;
	}

	/**
	 * Choose the first backend that can be used, and {@code none} where there is no such
	 * backend.
	 * @throws QosUnavailableException if nothing is left to choose
	 */
	public Selection select() {
		List<BackendRefusal> refusals = new ArrayList<>();
		QosBackend none = null;
		QosBackend broken = null;
		for (QosBackend backend : this.candidates) {
			if (AUTO.equals(this.name) && isNone(backend)) {
				none = backend;
				continue;
			}
			Availability availability = backend.availability();
			if (availability.usable()) {
				return new Selection(backend, backend, null, refusals);
			}
			refusals.add(refusal(backend, availability));
			if (availability.remedy() != null) {
				broken = (broken != null) ? broken : backend;
			}
		}
		QosUnavailableException unavailable = unavailable(refusals);
		if (none == null) {
			throw unavailable;
		}
		return new Selection(none, (broken != null) ? broken : none, unavailable, refusals);
	}

	private static BackendRefusal refusal(QosBackend backend, Availability availability) {
		String reason = availability.reason();
		return new BackendRefusal(backend.name(), (reason != null) ? reason : "it gives no reason",
				availability.remedy());
	}

	private QosUnavailableException unavailable(List<BackendRefusal> refusals) {
		String reasons = refusals.stream()
			.map((refusal) -> refusal.backend() + ": " + refusal.reason())
			.collect(Collectors.joining("; "));
		String remedies = refusals.stream()
			.map(BackendRefusal::remedy)
			.filter(Objects::nonNull)
			.collect(Collectors.joining("; "));
		return new QosUnavailableException(ErrorCase.LIBRARY, "No QoS backend can be used (" + reasons + ")",
				remedies.isEmpty() ? otherSystem() : remedies, null);
	}

	private String otherSystem() {
		return AUTO.equals(this.name) ? "Run on Windows, Linux or macOS"
				: "Choose the backend 'auto', and run on Windows, Linux or macOS";
	}

	/**
	 * A chosen backend.
	 *
	 * @param backend the backend
	 * @param intended the backend that this system is meant to have, whose service tells
	 * what is wrong
	 * @param refusal why nothing better could be used, or {@code null}
	 * @param refusals why those before it were not chosen
	 */
	public record Selection(QosBackend backend, QosBackend intended, @Nullable QosUnavailableException refusal,
			List<BackendRefusal> refusals) {

		public Selection {
			refusals = List.copyOf(refusals);
		}

	}

}
