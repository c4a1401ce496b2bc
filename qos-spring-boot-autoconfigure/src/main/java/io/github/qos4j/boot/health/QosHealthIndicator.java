package io.github.qos4j.boot.health;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.qos4j.FlowCounts;
import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.QosException;
import io.github.qos4j.QosHandle;
import io.github.qos4j.ServiceState;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.boot.text.AddressesInText;
import io.github.qos4j.boot.text.FailureFacts;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * {@link HealthIndicator} for a {@link QosHandle}:
 * <ul>
 * <li>{@code UP}: the handle is open, and its service, if it needs one, is running or its
 * state is unknown</li>
 * <li>{@code UNKNOWN}: the handle is opening, was lost and is being reopened, or marks
 * nothing because that was requested or this system offers no way to mark; or its service
 * is starting; or the handle is a mock without a status</li>
 * <li>{@code DOWN}: the handle could not be opened, has been lost for longer than the
 * grace period, or marks nothing although this is Windows; or its service is stopped or
 * not installed</li>
 * <li>{@code OUT_OF_SERVICE}: the handle is closed</li>
 * </ul>
 * <p>
 * The details have no address of a peer: a failure of a flow is told by its native call
 * and error code, or by what it means, and addresses in other texts are hidden.
 * <p>
 * Thread-safe. A check waits for the state of the service, up to the timeout; all checks
 * together use at most one thread for that.
 */
public class QosHealthIndicator extends AbstractHealthIndicator {

	private static final String NONE = "none";

	/** As Spring Boot writes it. */
	private static final String HIDDEN = "******";

	private final QosHandle handle;

	private final ServiceProbe probe;

	private final Duration grace;

	private final boolean windows;

	private final Clock clock;

	/**
	 * Create an indicator.
	 * @param handle the handle
	 * @param timeout the longest time that a check waits for the state of the service
	 * @param grace how long a lost handle that is being reopened counts as
	 * {@code UNKNOWN} before it counts as {@code DOWN}; zero to count as {@code DOWN}
	 * immediately
	 */
	public QosHealthIndicator(QosHandle handle, Duration timeout, Duration grace) {
		this(handle, timeout, grace, System.getProperty("os.name", "").startsWith("Windows"), Clock.systemUTC());
	}

	QosHealthIndicator(QosHandle handle, Duration timeout, Duration grace, boolean windows, Clock clock) {
		super("QoS health check failed");
		this.handle = handle;
		this.probe = new ServiceProbe(handle, timeout);
		this.grace = grace;
		this.windows = windows;
		this.clock = clock;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		ServiceStatus service = this.probe.ask();
		// Asked last, because the service may have taken its time.
		HandleStatus status = statusOf(this.handle);
		if (status == null) {
			builder.unknown().withDetail("reason", "The handle tells no status, as a mock does");
			return;
		}
		builder.status(statusOf(status, service.state()));
		addDetails(builder, status, service);
	}

	/**
	 * Return the status of a handle, or {@code null} where it is a mock that has not been
	 * told what to answer.
	 */
	private static @Nullable HandleStatus statusOf(QosHandle handle) {
		HandleStatus status = handle.status();
		return (status != null && status.state() != null) ? status : null;
	}

	private Status statusOf(HandleStatus status, ServiceState service) {
		return switch (status.state()) {
			case OPENING -> Status.UNKNOWN;
			case OPEN -> NONE.equals(status.backend()) ? statusOfNone(status) : statusOfOpen(service);
			case RECOVERING -> isInGrace(status) ? Status.UNKNOWN : Status.DOWN;
			case UNAVAILABLE -> Status.DOWN;
			case CLOSED -> Status.OUT_OF_SERVICE;
		};
	}

	private static Status statusOfOpen(ServiceState service) {
		return switch (service) {
			case RUNNING, NOT_NEEDED, UNKNOWN -> Status.UP;
			case START_PENDING -> Status.UNKNOWN;
			case STOPPED, NOT_INSTALLED -> Status.DOWN;
		};
	}

	/**
	 * Every Windows is meant to have qWAVE. Elsewhere an application may well run where
	 * nothing can be marked.
	 */
	private Status statusOfNone(HandleStatus status) {
		boolean fellBack = status.reason() != null;
		return (fellBack && this.windows) ? Status.DOWN : Status.UNKNOWN;
	}

	private boolean isInGrace(HandleStatus status) {
		return Duration.between(status.since(), this.clock.instant()).compareTo(this.grace) <= 0;
	}

	private static void addDetails(Health.Builder builder, HandleStatus status, ServiceStatus service) {
		builder.withDetail("backend", status.backend());
		builder.withDetail("version", status.version().toString());
		builder.withDetail("handle", status.state().name());
		if (status.paused()) {
			builder.withDetail("paused", true);
		}
		builder.withDetail("service", serviceDetails(service));
		builder.withDetail("flows", flowDetails(status.flows()));
		String reason = reason(status, service);
		if (reason != null) {
			builder.withDetail("reason", hideAddresses(reason, reason));
		}
		if (status.error() != null) {
			builder.withDetail("error", errorDetails(status.error(), status.reason() == null));
		}
		if (status.hanging() > 0) {
			builder.withDetail("hanging", status.hanging());
		}
		if (status.nextTry() != null) {
			builder.withDetail("nextTry", status.nextTry().toString());
		}
	}

	private static @Nullable String reason(HandleStatus status, ServiceStatus service) {
		boolean because = status.state() == HandleState.OPEN && statusOfOpen(service.state()) != Status.UP;
		return (status.reason() == null && because) ? "Service " + service.name() + " is " + service.state()
				: status.reason();
	}

	private static Map<String, Object> serviceDetails(ServiceStatus service) {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("name", service.name());
		details.put("state", service.state().toString());
		return details;
	}

	private static Map<String, Object> flowDetails(FlowCounts flows) {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("active", flows.active());
		details.put("pending", flows.pending());
		details.put("failed", flows.failed());
		return details;
	}

	/**
	 * Return the facts of a failure.
	 * @param ofFlow whether it is that of a flow, whose message may name its peer in any
	 * way
	 */
	private static Map<String, Object> errorDetails(QosException error, boolean ofFlow) {
		Map<String, Object> details = new LinkedHashMap<>();
		String message = String.valueOf(error.getMessage());
		putIfPresent(details, "operation", error.operation());
		error.code().ifPresent((code) -> details.put("code", code));
		putIfPresent(details, "name", error.symbol());
		if (error.operation() == null) {
			details.put("message", ofFlow ? FailureFacts.of(error) : hideAddresses(message, message));
		}
		if (error.remedy() != null) {
			details.put("remedy", hideAddresses(error.remedy(), message));
		}
		return details;
	}

	/**
	 * Hide the addresses in a text.
	 * @param about a text about the same peers
	 */
	private static String hideAddresses(String text, String about) {
		return AddressesInText.replace(text, about, (address) -> HIDDEN);
	}

	private static void putIfPresent(Map<String, Object> details, String key, @Nullable String value) {
		if (value != null) {
			details.put(key, value);
		}
	}

}
