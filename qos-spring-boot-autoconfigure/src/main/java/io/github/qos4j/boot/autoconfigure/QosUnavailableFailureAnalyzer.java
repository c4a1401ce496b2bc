package io.github.qos4j.boot.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains why {@code qos.fail-fast} stopped the start of an application.
 */
class QosUnavailableFailureAnalyzer extends AbstractFailureAnalyzer<QosFailFastException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, QosFailFastException cause) {
		return new FailureAnalysis(description(cause), action(cause), cause);
	}

	private static String description(QosFailFastException cause) {
		StringBuilder description = new StringBuilder(String.valueOf(cause.getMessage()));
		description.append(String.format("%n%n"));
		if (cause.operation() != null) {
			description.append(String.format("    Operation: %s%n", cause.operation()));
		}
		cause.code().ifPresent((code) -> {
			String symbol = (cause.symbol() != null) ? cause.symbol() : "unknown error";
			description.append(String.format("    Error: %s (%d)%n", symbol, code));
		});
		description.append(String.format("    Waited: %d ms, at most %d ms", cause.waited().toMillis(),
				cause.openTimeout().toMillis()));
		return description.toString();
	}

	private static String action(QosFailFastException cause) {
		StringBuilder action = new StringBuilder();
		if (cause.remedy() != null) {
			action.append(String.format("%s.%n%n", cause.remedy()));
		}
		action.append(String.format("The properties that decide about this:%n%n"));
		if (cause.isPermanent()) {
			action.append(String.format("    qos.fail-fast=false: start all the same; nothing is marked%n"));
		}
		else {
			action.append(
					String.format("    qos.fail-fast=false: start without QoS; opening is tried again, by itself%n"));
			action.append(String.format("    qos.open-timeout: wait longer for the handle to open%n"));
		}
		action.append("    qos.backend=none: never mark traffic");
		return action.toString();
	}

}
