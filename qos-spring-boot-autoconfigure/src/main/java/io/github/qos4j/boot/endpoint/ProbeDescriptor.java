package io.github.qos4j.boot.endpoint;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.qos4j.probe.ProbeReport;
import org.jspecify.annotations.Nullable;

/**
 * A probe as the endpoint shows it.
 *
 * @param time when it began, as ISO 8601
 * @param peer the peer's host and port, or {@code loopback}
 * @param running whether it is under way still
 * @param reports what it has found, one report for each address family of the loopback
 * @param error why it has found nothing, or {@code null}
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record ProbeDescriptor(String time, String peer, boolean running, List<Report> reports,
		HandleDescriptor.@Nullable Failure error) {

	/**
	 * What a path does to the 64 code points.
	 *
	 * @param destination the address and port that was probed
	 * @param answered whether there was any answer; otherwise nothing is known
	 * @param intact whether every code point has arrived as it was sent
	 * @param changed the code points that arrived as others
	 * @param lost the code points that did not arrive
	 * @param remarks what else on this machine may change marks
	 */
	public record Report(String destination, boolean answered, boolean intact, List<Change> changed,
			List<CodePoint> lost, List<String> remarks) {

		static Report of(ProbeReport report, Addresses addresses) {
			return new Report(addresses.probed(Addresses.text(report.destination())), report.isAnswered(),
					report.isIntact(), report.changed().stream().map(Change::of).toList(),
					report.lost().stream().map((mark) -> CodePoint.of(mark.sent())).toList(),
					report.remarks()
						.stream()
						.map((remark) -> addresses.hideIn(remark, report.destination().toString()))
						.toList());
		}

	}

	/**
	 * A code point that arrived as another.
	 *
	 * @param sent the one that was sent
	 * @param arrived the one that has arrived
	 */
	public record Change(CodePoint sent, @Nullable CodePoint arrived) {

		static Change of(ProbeReport.ProbedMark mark) {
			return new Change(CodePoint.of(mark.sent()), CodePoint.ofNullable(mark.arrived()));
		}

	}

}
