package io.github.qos4j.internal.handle;

import io.github.qos4j.QosFlow;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * A handle is closed while one of its flows is.
 */
@JCStressTest
@Outcome(id = "CLOSED, 1, sound", expect = Expect.ACCEPTABLE, desc = "removed first")
@Outcome(id = "CLOSED, 0, sound", expect = Expect.ACCEPTABLE, desc = "closed first, and the flow with the handle")
@Outcome(expect = Expect.FORBIDDEN, desc = "left something behind, or ended it twice")
@State
public class CloseAgainstRemove {

	private final StressedHandle stressed = new StressedHandle();

	private final QosFlow flow = this.stressed.add();

	public CloseAgainstRemove() {
		this.stressed.work();
	}

	@Actor
	public void close() {
		this.stressed.handle.close();
	}

	@Actor
	public void remove() {
		this.flow.close();
		this.stressed.work();
	}

	@Arbiter
	public void judge(LLL_Result result) {
		result.r3 = this.stressed.verdict();
		result.r1 = this.flow.state();
		result.r2 = this.stressed.removes();
	}

}
