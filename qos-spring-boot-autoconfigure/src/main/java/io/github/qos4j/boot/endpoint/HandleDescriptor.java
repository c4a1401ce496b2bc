package io.github.qos4j.boot.endpoint;

import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.qos4j.BackendRefusal;
import io.github.qos4j.FlowCounts;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.QosException;
import io.github.qos4j.QosHandle;
import io.github.qos4j.ServiceStatus;
import org.jspecify.annotations.Nullable;

/**
 * A handle as the endpoint shows it.
 *
 * @param name the name in logs and messages
 * @param state the state, or {@code null} for a mock that tells none
 * @param since when it entered that state, as ISO 8601
 * @param version the requested version of the QoS subsystem
 * @param paused whether marking is paused
 * @param reason why it is not open, or marks nothing; {@code null} if there is no reason
 * @param nextTry when the next attempt to open is due, as ISO 8601, or {@code null}
 * @param hanging how many abandoned calls of the system hang
 * @param backend the backend in use
 * @param service the service behind it
 * @param flows how many flows there are in each state
 * @param error the last failure that still matters, or {@code null}
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record HandleDescriptor(String name, @Nullable String state, @Nullable String since, @Nullable String version,
		boolean paused, @Nullable String reason, @Nullable String nextTry, int hanging, Backend backend,
		Service service, FlowCounts flows, @Nullable Failure error) {

	static HandleDescriptor of(QosHandle handle, ServiceStatus service, Addresses addresses) {
		HandleStatus status = handle.status();
		if (status == null || status.state() == null) {
			return new HandleDescriptor(String.valueOf(handle.name()), null, null, null, false,
					"The handle tells no status, as a mock does", null, 0, new Backend("none", List.of()),
					Service.of(service), new FlowCounts(0, 0, 0), null);
		}
		QosException error = status.error();
		return new HandleDescriptor(handle.name(), status.state().name(), status.since().toString(),
				status.version().toString(), status.paused(), addresses.hideIn(status.reason(), error),
				text(status.nextTry()), status.hanging(), Backend.of(status, addresses), Service.of(service),
				status.flows(), (error != null) ? Failure.of(error, addresses) : null);
	}

	private static @Nullable String text(@Nullable Instant time) {
		return (time != null) ? time.toString() : null;
	}

	/**
	 * A backend, and those that come before it.
	 *
	 * @param name the name
	 * @param refused why others were not chosen
	 */
	public record Backend(String name, List<Refusal> refused) {

		static Backend of(HandleStatus status, Addresses addresses) {
			return new Backend(status.backend(),
					status.refusals().stream().map((refusal) -> Refusal.of(refusal, addresses)).toList());
		}

	}

	/**
	 * Why a backend was not chosen.
	 *
	 * @param backend the backend
	 * @param reason why it cannot be used
	 * @param remedy what to do about it, or {@code null}
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	public record Refusal(String backend, String reason, @Nullable String remedy) {

		static Refusal of(BackendRefusal refusal, Addresses addresses) {
			return new Refusal(refusal.backend(), String.valueOf(addresses.hideIn(refusal.reason(), "")),
					addresses.hideIn(refusal.remedy(), ""));
		}

	}

	/**
	 * A service of the system.
	 *
	 * @param name the name, or {@code none}
	 * @param state the state
	 */
	public record Service(String name, String state) {

		static Service of(ServiceStatus status) {
			return new Service(status.name(), status.state().name());
		}

	}

	/**
	 * A failure.
	 *
	 * @param operation the native function that failed, or {@code null}
	 * @param code the native error code, or {@code null}
	 * @param name the symbol of that code, or {@code null}
	 * @param message what failed, in words
	 * @param remedy what to do about it, or {@code null}
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	public record Failure(@Nullable String operation, @Nullable Integer code, @Nullable String name,
			@Nullable String message, @Nullable String remedy) {

		static Failure of(QosException failure, Addresses addresses) {
			Integer code = failure.code().isPresent() ? failure.code().getAsInt() : null;
			return new Failure(failure.operation(), code, failure.symbol(),
					addresses.hideIn(failure.getMessage(), failure), addresses.hideIn(failure.remedy(), failure));
		}

	}

}
