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
 * Marking is paused and resumed while a flow is added.
 */
@JCStressTest
@Outcome(id = "ACTIVE, sound", expect = Expect.ACCEPTABLE, desc = "added, whatever came first")
@Outcome(expect = Expect.FORBIDDEN, desc = "left something behind, or was forgotten")
@State
public class PauseAgainstAdd {

	private final StressedHandle stressed = new StressedHandle();

	private volatile QosFlow flow;

	@Actor
	public void pause() {
		this.stressed.handle.pauseMarking();
		this.stressed.work();
		this.stressed.handle.resumeMarking();
	}

	@Actor
	public void add() {
		this.flow = this.stressed.add();
		this.stressed.work();
	}

	@Arbiter
	public void judge(LL_Result result) {
		result.r2 = this.stressed.verdict();
		result.r1 = this.flow.state();
	}

}
