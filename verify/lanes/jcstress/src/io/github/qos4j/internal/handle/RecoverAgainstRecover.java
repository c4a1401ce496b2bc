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
 * A session is found dead while the one before it is replaced: perhaps before any flow
 * has come in force on it, so that the next one is opened after a wait.
 */
@JCStressTest
@Outcome(id = "ACTIVE, 2, sound", expect = Expect.ACCEPTABLE, desc = "both meant the first session")
@Outcome(id = "ACTIVE, 3, sound", expect = Expect.ACCEPTABLE, desc = "the second session died as well")
@Outcome(expect = Expect.FORBIDDEN, desc = "a session was not replaced, or left behind, or a flow was lost")
@State
public class RecoverAgainstRecover {

	private final StressedHandle stressed = new StressedHandle();

	private final QosFlow flow = this.stressed.add();

	public RecoverAgainstRecover() {
		this.stressed.work();
	}

	@Actor
	public void recover() {
		this.stressed.lose();
		this.stressed.work();
	}

	@Actor
	public void recoverAgain() {
		this.stressed.lose();
		this.stressed.work();
	}

	@Arbiter
	public void judge(LLL_Result result) {
		this.stressed.work();
		// A check that was under way when its session died has seen nothing. The next one does.
		this.stressed.check();
		result.r3 = this.stressed.verdict();
		result.r1 = this.flow.state();
		result.r2 = this.stressed.sessions();
	}

}
