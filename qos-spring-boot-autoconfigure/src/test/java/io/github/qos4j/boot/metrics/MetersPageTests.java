package io.github.qos4j.boot.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.QosOperation;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.properties.Names;
import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that {@code docs/meters.md} is what {@link QosMeter} says. With
 * {@code -Dqos4j.write-docs=true} the page is written instead.
 */
class MetersPageTests {

	private static final Path PAGE = Path.of("../docs/meters.md");

	private final PrometheusNamingConvention prometheus = new PrometheusNamingConvention();

	@Test
	void pageIsWhatTheMetersAre() throws IOException {
		String page = page();
		if (Boolean.getBoolean("qos4j.write-docs")) {
			Files.writeString(PAGE, page);
		}
		assertThat(Files.readString(PAGE)).as("write it anew with -Dtest=MetersPageTests -Dqos4j.write-docs=true")
			.isEqualTo(page);
	}

	@Test
	void tagsNameAllTheirValues() {
		assertThat(QosMeterTag.OPERATION.description()).isEqualTo(Arrays.stream(QosOperation.values())
			.map((operation) -> "`" + operation.name().toLowerCase(Locale.ROOT).replace('_', '-') + "`")
			.collect(Collectors.joining(", ")));
		assertThat(Arrays.stream(TrafficType.values()).map(Names::of))
			.allSatisfy((name) -> assertThat(QosMeterTag.TRAFFIC_TYPE.description()).contains("`" + name + "`"));
		assertThat(Arrays.stream(HandleState.values()))
			.allSatisfy((state) -> assertThat(QosMeterTag.STATE.description()).contains("`" + state + "`"));
		assertThat(Arrays.stream(FlowState.values()).filter((state) -> state != FlowState.CLOSED))
			.allSatisfy((state) -> assertThat(QosMeterTag.STATE.description()).contains("`" + state + "`"));
	}

	@Test
	void noTagCanHaveAnAddress() {
		assertThat(Arrays.stream(QosMeterTag.values()).map(KeyName::asString)).isSubsetOf(
				Set.of("handle", "backend", "state", "traffic.type", "policy", "operation", "outcome", "error"));
	}

	private String page() {
		StringBuilder page = new StringBuilder("# Meters\n\n");
		page.append("Written from `QosMeter` by `MetersPageTests`: change it there.\n\n");
		page.append("| meter | kind | unit | tells | tags |\n|---|---|---|---|---|\n");
		for (QosMeter meter : QosMeter.values()) {
			page.append("| `%s` | %s | %s | %s | %s |\n".formatted(meter.getName(), kind(meter), meter.getBaseUnit(),
					meter.description(), tags(meter)));
		}
		page.append("\n| tag | values |\n|---|---|\n");
		for (QosMeterTag tag : QosMeterTag.values()) {
			page.append("| `%s` | %s |\n".formatted(tag.asString(), tag.description()));
		}
		page.append("\nPrometheus spells them so; a timer or summary has `_count`, `_sum` and `_max`:\n\n");
		page.append("| meter | in Prometheus |\n|---|---|\n");
		for (QosMeter meter : QosMeter.values()) {
			page.append("| `%s` | `%s` |\n".formatted(meter.getName(), inPrometheus(meter)));
		}
		page.append(NOTES);
		return page.toString();
	}

	private String inPrometheus(QosMeter meter) {
		String name = this.prometheus.name(meter.getName(), meter.getType(), meter.getBaseUnit());
		return (meter.getType() == Meter.Type.COUNTER) ? name + "_total" : name;
	}

	private static String kind(QosMeter meter) {
		return meter.getType().name().toLowerCase(Locale.ROOT).replace('_', ' ').replace("distribution ", "");
	}

	private static String tags(QosMeter meter) {
		return Arrays.stream(meter.getKeyNames())
			.map((key) -> "`" + key.asString() + "`")
			.collect(Collectors.joining(", "));
	}

	private static final String NOTES = """

			## What to know
			- `qos.flows` is counted when it is read, in one pass through the flows for all meters that are read together. \
			Flows of a kind that is new have a row soon after they were added (50 milliseconds, or longer where there are \
			so many flows that counting them takes time), and keep it: it is zero when there are none left.
			- `qos.operations` times calls of the backend, on the thread that makes them. Nothing is measured when packets \
			are sent.
			- `qos.flow.rtt`, `qos.flow.available.bandwidth` and `qos.markings.mismatched` need the system to be asked for \
			each flow. They are sampled: every `qos.metrics.sample-interval` (10 seconds) at most \
			`qos.metrics.sample-size` (500) flows of each handle are looked at, and the next time the next ones. So with \
			10,000 flows each has its turn every 200 seconds. The thread that asks waits for nothing, and does not exist \
			while there are no flows. Where filters deny these meters in all registries, no flow is looked at. With \
			`qos.metrics.sample-interval=0` these meters do not exist.
			- A flow has the mark that was asked for, counts as mismatched, or is not known: systems that do not tell \
			what they apply are never counted.
			- Meters are named by the handle's bean. Handles that are no beans have none.
			- `qos.operations` and `qos.handle.recoveries` need the handle to be built with the `QosHandle.Builder` that \
			the application has injected. Of a handle that is built otherwise, flows are counted and sampled all the same, \
			beginning with when the meters are first read.
			- `qos.process.*` are there with `qos.process.enabled=true`.
			- `management.metrics.enable.qos=false` denies all of them, as for any meter. Spring Boot's other rules hold as \
			well, such as `management.metrics.distribution.percentiles-histogram.qos.operations=true`.
			- Where there is a Micrometer registry, Spring Boot's or a `MeterRegistry` bean of your own, handles have meters \
			in it. `/actuator/metrics/qos.flows` shows one. No tag is an address.

			## Prometheus
			Add its registry and expose its endpoint:

			```xml
			<dependency>
				<groupId>io.micrometer</groupId>
				<artifactId>micrometer-registry-prometheus</artifactId>
				<scope>runtime</scope>
			</dependency>
			```

			```properties
			management.endpoints.web.exposure.include=health,prometheus
			```

			`/actuator/prometheus` then has `qos_flows`, `qos_operations_seconds` and the others. An alert for the most \
			frequent complaint, unmarked packets: `qos_markings_mismatched_flows > 0`; for Windows without its service: \
			`qos_handle_state{state="OPEN"} == 0`.
			""";

}
