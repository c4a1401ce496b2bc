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
 * Marking is paused and resumed while a flow is closed.
 */
@JCStressTest
@Outcome(id = "CLOSED, sound", expect = Expect.ACCEPTABLE, desc = "removed as often as it was added")
@Outcome(expect = Expect.FORBIDDEN, desc = "left something behind, or removed it twice")
@State
public class PauseAgainstRemove {

	private final StressedHandle stressed = new StressedHandle();

	private final QosFlow flow = this.stressed.add();

	public PauseAgainstRemove() {
		this.stressed.work();
	}

	@Actor
	public void pause() {
		this.stressed.handle.pauseMarking();
		this.stressed.handle.resumeMarking();
		this.stressed.work();
	}

	@Actor
	public void remove() {
		this.flow.close();
		this.stressed.work();
	}

	@Arbiter
	public void judge(LL_Result result) {
		String verdict = this.stressed.verdict();
		result.r1 = this.flow.state();
		result.r2 = (this.stressed.adds() == this.stressed.removes()) ? verdict : "added, but not removed";
	}

}
