package io.github.qos4j.boot.endpoint;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.probe.ProbeReport;
import io.github.qos4j.probe.ProbeReport.ProbedMark;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.actuate.endpoint.Sanitizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ProbeRuns}.
 */
@Timeout(60)
class ProbeRunsTests {

	private static final Addresses SHOWN = new Addresses(new Sanitizer(), true);

	private static final Addresses HIDDEN = new Addresses(new Sanitizer(), false);

	private final CompletableFuture<List<ProbeReport>> found = new CompletableFuture<>();

	private final List<@Nullable InetSocketAddress> asked = Collections.synchronizedList(new ArrayList<>());

	@Test
	void tellsWhatIsChangedAndLost() {
		this.found.complete(List.of(report((sent) -> switch (sent) {
			case 46 -> null;
			case 56 -> Dscp.of(0);
			default -> Dscp.of(sent);
		})));
		ProbeDescriptor probe = runs(Duration.ofSeconds(30)).run("127.0.0.1:2177", SHOWN);
		assertThat(probe.running()).isFalse();
		assertThat(probe.error()).isNull();
		assertThat(probe.peer()).isEqualTo("127.0.0.1:2177");
		assertThat(this.asked).containsExactly(new InetSocketAddress("127.0.0.1", 2177));
		assertThat(probe.reports()).singleElement().satisfies((report) -> {
			assertThat(report.destination()).isEqualTo("192.0.2.1:2177");
			assertThat(report.answered()).isTrue();
			assertThat(report.intact()).isFalse();
			assertThat(report.changed())
				.containsExactly(new ProbeDescriptor.Change(new CodePoint(56, "CS7"), new CodePoint(0, "DF")));
			assertThat(report.lost()).containsExactly(new CodePoint(46, "EF"));
			assertThat(report.remarks()).containsExactly("a rule");
		});
	}

	@Test
	void keepsTheLastAndHidesAddresses() {
		this.found.complete(List.of(report(Dscp::of)));
		ProbeRuns runs = runs(Duration.ofSeconds(30));
		assertThat(runs.last(SHOWN)).isNull();
		assertThat(runs.run("[::1]:2177", SHOWN).peer()).isEqualTo("[::1]:2177");
		assertThat(runs.last(HIDDEN)).isNotNull().satisfies((last) -> {
			assertThat(last.peer()).isEqualTo("******");
			assertThat(last.reports().get(0).destination()).isEqualTo("******");
		});
		assertThat(runs.run(null, HIDDEN).peer()).isEqualTo("loopback");
		assertThat(this.asked).hasSize(2).last().isNull();
	}

	@Test
	void runsOneAtATimeAndDoesNotWaitForever() {
		ProbeRuns runs = runs(Duration.ofMillis(1));
		assertThat(runs.run(null, SHOWN).running()).isTrue();
		assertThatExceptionOfType(RefusedRequestException.class).isThrownBy(() -> runs.run(null, SHOWN))
			.withMessage("A probe is under way. Try again when it has ended.")
			.satisfies((ex) -> assertThat(ex.status()).isEqualTo(409));
		this.found.complete(List.of(report(Dscp::of)));
		await().untilAsserted(() -> assertThat(runs.last(SHOWN)).isNotNull().matches((last) -> !last.running()));
		assertThat(runs.run(null, SHOWN).reports()).hasSize(1);
	}

	@Test
	void tellsWhyNothingIsFound() {
		this.found
			.completeExceptionally(new QosException(ErrorCase.NOT_SUPPORTED, "No marks here", "Go elsewhere", null));
		ProbeDescriptor probe = runs(Duration.ofSeconds(30)).run(null, SHOWN);
		assertThat(probe.reports()).isEmpty();
		assertThat(probe.error()).isNotNull().satisfies((error) -> {
			assertThat(error.message()).isEqualTo("No marks here");
			assertThat(error.remedy()).isEqualTo("Go elsewhere");
		});
	}

	@Test
	void tellsThatHostIsNotKnown() {
		ProbeRuns runs = runs(Duration.ofSeconds(30));
		assertThat(runs.run("nobody.invalid:2177", SHOWN).error()).isNotNull()
			.satisfies((error) -> assertThat(error.message()).isEqualTo("The address of the peer's host is not known"));
		assertThat(runs.last(HIDDEN)).isNotNull()
			.satisfies((last) -> assertThat(last.error()).isNotNull()
				.satisfies((error) -> assertThat(error.message())
					.isEqualTo("The peer cannot be reached, or its address is not known")));
		assertThat(this.asked).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "host", "host:", ":5", "host:0", "host:65536", "::1:5", "a b:5", "http://host:5" })
	void refusesPeer(String peer) {
		ProbeRuns runs = runs(Duration.ofSeconds(30));
		assertThatExceptionOfType(RefusedRequestException.class).isThrownBy(() -> runs.run(peer, SHOWN))
			.withMessageStartingWith("Peer must be the host and port of a responder, such as")
			.withMessageEndingWith("but was '" + peer + "'.");
		assertThat(runs.last(SHOWN)).isNull();
	}

	@Test
	void probeWithoutThreadKeepsNoOtherFromRunning() {
		this.found.complete(List.of(report(Dscp::of)));
		List<Error> failures = new ArrayList<>(List.of(new OutOfMemoryError("unable to create native thread")));
		ProbeRuns runs = runs(Duration.ofSeconds(30), (task) -> {
			if (!failures.isEmpty()) {
				throw failures.remove(0);
			}
			task.run();
		});
		ProbeDescriptor failed = runs.run(null, SHOWN);
		assertThat(failed.running()).isFalse();
		assertThat(failed.error()).isNotNull()
			.satisfies((error) -> assertThat(error.message()).contains("unable to create native thread"));
		assertThat(runs.run(null, SHOWN).reports()).hasSize(1);
	}

	private ProbeRuns runs(Duration limit) {
		return runs(limit, (task) -> new Thread(task).start());
	}

	private ProbeRuns runs(Duration limit, Executor threads) {
		return new ProbeRuns((peer) -> {
			this.asked.add(peer);
			return this.found;
		}, limit, threads);
	}

	private static ProbeReport report(IntFunction<@Nullable Dscp> path) {
		return new ProbeReport(new InetSocketAddress("192.0.2.1", 2177),
				IntStream.range(0, 64).mapToObj((sent) -> new ProbedMark(Dscp.of(sent), path.apply(sent))).toList(),
				List.of("a rule"));
	}

}
