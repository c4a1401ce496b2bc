package io.github.qos4j.probe;

import java.net.InetSocketAddress;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * Which marks have arrived at the other end of a path, and which were changed on the way.
 * It holds for that path, in that direction, at that time.
 *
 * @param destination where the datagrams were sent
 * @param marks what became of each of the 64 code points, in their order
 * @param remarks what else on this machine changes marks, in words
 */
public record ProbeReport(InetSocketAddress destination, List<ProbedMark> marks, List<String> remarks) {

	/**
	 * Create a report.
	 * @param destination where the datagrams were sent
	 * @param marks what became of each code point
	 * @param remarks what else changes marks
	 */
	public ProbeReport {
		Assert.notNull(destination, "destination");
		marks = List.copyOf(marks);
		remarks = List.copyOf(remarks);
	}

	/**
	 * Return what became of a code point.
	 * @param dscp the code point
	 * @return what became of it
	 * @throws IllegalArgumentException if the code point is null
	 */
	public ProbedMark mark(Dscp dscp) {
		return this.marks.get(Assert.notNull(dscp, "dscp").value());
	}

	/**
	 * Return whether every code point has arrived as it was sent.
	 * @return whether nothing was changed and nothing lost
	 */
	public boolean isIntact() {
		return this.marks.stream().allMatch(ProbedMark::isIntact);
	}

	/**
	 * Return whether there was any answer at all. If not, there is perhaps no responder,
	 * or a firewall before it, and nothing is known about marks.
	 * @return whether at least one datagram has arrived
	 */
	public boolean isAnswered() {
		return !this.marks.stream().allMatch(ProbedMark::isLost);
	}

	/**
	 * Return the code points that have arrived as others: cleared or rewritten.
	 * @return what became of them
	 */
	public List<ProbedMark> changed() {
		return this.marks.stream().filter((mark) -> !mark.isLost() && !mark.isIntact()).toList();
	}

	/**
	 * Return the code points without an answer, although each was sent several times.
	 * Where others have arrived, something on the way may drop just these.
	 * @return the code points that were lost
	 */
	public List<ProbedMark> lost() {
		return this.marks.stream().filter(ProbedMark::isLost).toList();
	}

	/**
	 * Return the report in words, without remarks.
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
	 * What became of a code point.
	 *
	 * @param sent the code point that was sent
	 * @param arrived the code point that has arrived, or {@code null} if none has
	 */
	public record ProbedMark(Dscp sent, @Nullable Dscp arrived) {

		/**
		 * Return whether it has arrived as it was sent.
		 * @return whether it has
		 */
		public boolean isIntact() {
			return this.sent.equals(this.arrived);
		}

		/**
		 * Return whether nothing has arrived.
		 * @return whether it was lost
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
