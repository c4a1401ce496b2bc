package io.github.qos4j.internal.handle;

import io.github.qos4j.QosFlow;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLLL_Result;

/**
 * A flow is closed while its handle finds out that the session is dead, and opens another
 * one.
 */
@JCStressTest
@Outcome(id = "ACTIVE, CLOSED, 3, sound", expect = Expect.ACCEPTABLE, desc = "closed before the second session had it")
@Outcome(id = "ACTIVE, CLOSED, 4, sound", expect = Expect.ACCEPTABLE, desc = "removed from the second session")
@Outcome(expect = Expect.FORBIDDEN, desc = "a flow came back, was lost, or was ended twice")
@State
public class RemoveAgainstRecover {

	private final StressedHandle stressed = new StressedHandle();

	private final QosFlow kept = this.stressed.add();

	private final QosFlow removed = this.stressed.add();

	public RemoveAgainstRecover() {
		this.stressed.work();
	}

	@Actor
	public void remove() {
		this.removed.close();
		this.stressed.work();
	}

	@Actor
	public void recover() {
		this.stressed.lose();
		this.stressed.work();
	}

	@Arbiter
	public void judge(LLLL_Result result) {
		result.r4 = this.stressed.verdict();
		result.r1 = this.kept.state();
		result.r2 = this.removed.state();
		result.r3 = this.stressed.adds();
	}

}
