package io.github.qos4j.internal.handle;

import io.github.qos4j.QosFlow;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A handle is closed while a flow is added.
 */
@JCStressTest
@Outcome(id = "CLOSED, sound", expect = Expect.ACCEPTABLE, desc = "added first, and closed with the handle")
@Outcome(id = "null, sound", expect = Expect.ACCEPTABLE, desc = "closed first, and the flow refused")
@Outcome(expect = Expect.FORBIDDEN, desc = "left something behind, or ended it twice")
@State
public class CloseAgainstAdd {

	private final StressedHandle stressed = new StressedHandle();

	private volatile QosFlow flow;

	@Actor
	public void close() {
		this.stressed.handle.close();
	}

	@Actor
	public void add() {
		this.flow = this.stressed.add();
		this.stressed.work();
	}

	@Arbiter
	public void judge(LL_Result result) {
		result.r2 = this.stressed.verdict();
		result.r1 = (this.flow != null) ? this.flow.state() : null;
	}

}
