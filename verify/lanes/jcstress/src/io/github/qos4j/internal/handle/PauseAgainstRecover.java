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
 * Marking is paused while a handle is lost and recovers.
 */
@JCStressTest
@Outcome(id = "PENDING, sound", expect = Expect.ACCEPTABLE, desc = "paused, with whichever session")
@Outcome(expect = Expect.FORBIDDEN, desc = "marked in a pause, or left something behind")
@State
public class PauseAgainstRecover {

	private final StressedHandle stressed = new StressedHandle();

	private final QosFlow flow = this.stressed.add();

	public PauseAgainstRecover() {
		this.stressed.work();
	}

	@Actor
	public void pause() {
		this.stressed.handle.pauseMarking();
		this.stressed.work();
	}

	@Actor
	public void recover() {
		this.stressed.lose();
		this.stressed.work();
	}

	@Arbiter
	public void judge(LL_Result result) {
		result.r2 = this.stressed.verdict();
		result.r1 = this.flow.state();
	}

}
