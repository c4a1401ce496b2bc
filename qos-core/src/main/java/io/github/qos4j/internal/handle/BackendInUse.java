package io.github.qos4j.internal.handle;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import io.github.qos4j.BackendRefusal;
import io.github.qos4j.QosException;
import io.github.qos4j.ServiceState;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.internal.backend.BackendSelector;
import io.github.qos4j.internal.backend.BackendSelector.Selection;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.spi.QosBackend;
import org.jspecify.annotations.Nullable;

/**
 * The backend of a handle, once it is chosen. Methods are called under the handle's lock
 * unless they say otherwise.
 */
final class BackendInUse {

	private final Monitor monitor;

	private final BackendSelector selector;

	private final String handle;

	private final System.Logger logger;

	private final Failures failures;

	/** The backend that this system is meant to have. */
	private final Optional<QosBackend> intended;

	/** Told of the choice, not under the lock. */
	private final Consumer<QosBackend> chosen;

	private @Nullable Selection selection;

	BackendInUse(Monitor monitor, BackendSelector selector, HandleSettings settings, Failures failures,
			Consumer<QosBackend> chosen) {
		this.monitor = monitor;
		this.selector = selector;
		this.handle = settings.name();
		this.logger = settings.logger();
		this.failures = failures;
		this.chosen = chosen;
		this.intended = selector.intended();
	}

	boolean isChosen() {
		return this.selection != null;
	}

	/**
	 * Return the backend.
	 * @return the one that was chosen; before that, the one that this system is meant to
	 * have if it may block, or {@code null}
	 */
	@Nullable QosBackend get() {
		if (this.selection != null) {
			return this.selection.backend();
		}
		return this.intended.filter(QosBackend::mayBlock).orElse(null);
	}

	/**
	 * Return the name of the backend, or what was asked for while it is not chosen.
	 */
	String name() {
		return (this.selection != null) ? this.selection.backend().name() : this.selector.name();
	}

	/**
	 * Return whether opening may block, as far as is known.
	 */
	boolean mayBlock() {
		QosBackend backend = get();
		return backend != null && backend.mayBlock();
	}

	/**
	 * Return whether flows of server sockets mark what these accept, as far as is known.
	 */
	boolean marksListeners() {
		return ((this.selection != null) ? Optional.of(this.selection.backend()) : this.intended)
			.map(QosBackend::marksListeners)
			.orElse(true);
	}

	/**
	 * Return why nothing better could be used.
	 */
	@Nullable QosException refusal() {
		return (this.selection != null) ? this.selection.refusal() : null;
	}

	/**
	 * Return why backends that come before it were not chosen.
	 */
	List<BackendRefusal> refusals() {
		return (this.selection != null) ? this.selection.refusals() : List.of();
	}

	/**
	 * Ask for the state of the service. Not called under the lock; may block.
	 */
	ServiceStatus queryServiceStatus() {
		Selection known = this.monitor.get(() -> this.selection);
		return (known != null) ? known.intended().queryServiceStatus()
				: new ServiceStatus("none", ServiceState.UNKNOWN);
	}

	/**
	 * Return the backend, and choose it first if it is not chosen yet. Not called under
	 * the lock; may load native libraries.
	 * @throws QosException if nothing can be chosen
	 */
	QosBackend choose() {
		Selection known = this.monitor.get(() -> this.selection);
		if (known != null) {
			return known.backend();
		}
		Selection selected = this.selector.select();
		boolean first = this.monitor.get(() -> {
			if (this.selection != null) {
				return false;
			}
			this.selection = selected;
			this.monitor.changed();
			return true;
		});
		if (first) {
			this.chosen.accept(selected.backend());
			logSelection(selected);
		}
		return selected.backend();
	}

	private void logSelection(Selection selected) {
		this.selector.loadFailures()
			.forEach((failure) -> this.logger.log(Level.WARNING, "A QoS backend that cannot be loaded is left out",
					failure));
		if (selected.refusal() != null) {
			boolean broken = selected.intended() != selected.backend();
			this.failures.log(broken ? Level.WARNING : Level.INFO, selected.refusal(),
					"QoS handle '" + this.handle + "' marks nothing: " + selected.refusal().getMessage());
		}
	}

}
