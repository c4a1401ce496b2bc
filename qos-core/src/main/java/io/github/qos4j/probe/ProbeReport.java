package io.github.qos4j.probe;

import java.net.InetSocketAddress;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * Result of a probe: how each of the 64 code points arrived at the other end of a path.
 * It is valid for that path, in that direction, at that time. Immutable.
 *
 * @param destination the address to which the datagrams were sent
 * @param marks the result for each of the 64 code points, in ascending order
 * @param remarks what else on this machine may change marks, in words
 */
public record ProbeReport(InetSocketAddress destination, List<ProbedMark> marks, List<String> remarks) {

	/**
	 * Create a report.
	 * @param destination the address to which the datagrams were sent
	 * @param marks the result for each of the 64 code points, in ascending order
	 * @param remarks what else may change marks
	 * @throws IllegalArgumentException if the destination is null
	 * @throws NullPointerException if a list is null or contains null
	 */
	public ProbeReport {
		Assert.notNull(destination, "destination");
		marks = List.copyOf(marks);
		remarks = List.copyOf(remarks);
	}

	/**
	 * Return the result for a code point.
	 * @param dscp the code point
	 * @return the result
	 * @throws IllegalArgumentException if the code point is null
	 */
	public ProbedMark mark(Dscp dscp) {
		return this.marks.get(Assert.notNull(dscp, "dscp").value());
	}

	/**
	 * Return whether every code point arrived unchanged.
	 * @return {@code true} if none was changed and none was lost
	 */
	public boolean isIntact() {
		return this.marks.stream().allMatch(ProbedMark::isIntact);
	}

	/**
	 * Return whether there was any answer. If not, there may be no responder, or a
	 * firewall in front of it; nothing is known about marks then.
	 * @return {@code true} if at least one datagram was answered
	 */
	public boolean isAnswered() {
		return !this.marks.stream().allMatch(ProbedMark::isLost);
	}

	/**
	 * Return the code points that were cleared or rewritten on the way.
	 * @return their results
	 */
	public List<ProbedMark> changed() {
		return this.marks.stream().filter((mark) -> !mark.isLost() && !mark.isIntact()).toList();
	}

	/**
	 * Return the code points that were never answered, although each was sent several
	 * times. If others were answered, something on the way may drop these in particular.
	 * @return their results
	 */
	public List<ProbedMark> lost() {
		return this.marks.stream().filter(ProbedMark::isLost).toList();
	}

	/**
	 * Return a summary of the report, without remarks.
	 */
	@Override
	public String toString() {
		if (!isAnswered()) {
			return this.destination + ": no answer";
		}
		if (isIntact()) {
			return this.destination + ": every code point arrives as it is sent";
		}
		return this.destination + ": " + changed().size() + " of " + this.marks.size() + " code points are changed "
				+ changed() + ", " + lost().size() + " are lost " + lost();
	}

	/**
	 * Result for one code point. Immutable.
	 *
	 * @param sent the code point that was sent
	 * @param arrived the code point that arrived, or {@code null} if none did
	 */
	public record ProbedMark(Dscp sent, @Nullable Dscp arrived) {

		/**
		 * Return whether the code point arrived unchanged.
		 * @return {@code true} if it did
		 */
		public boolean isIntact() {
			return this.sent.equals(this.arrived);
		}

		/**
		 * Return whether nothing arrived.
		 * @return {@code true} if the datagrams or their answers were lost
		 */
		public boolean isLost() {
			return this.arrived == null;
		}

		@Override
		public String toString() {
			return this.sent + ((this.arrived != null) ? " -> " + this.arrived : "");
		}

	}

}
