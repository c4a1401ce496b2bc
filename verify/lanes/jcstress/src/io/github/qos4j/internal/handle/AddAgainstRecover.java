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
 * A flow is added while its handle finds out that the session is dead, and opens another
 * one.
 */
@JCStressTest
@Outcome(id = "ACTIVE, ACTIVE, 4, sound", expect = Expect.ACCEPTABLE, desc = "added to the first session and then to the second")
@Outcome(id = "ACTIVE, ACTIVE, 3, sound", expect = Expect.ACCEPTABLE, desc = "added to the second session alone")
@Outcome(expect = Expect.FORBIDDEN, desc = "a flow was lost, or added twice")
@State
public class AddAgainstRecover {

	private final StressedHandle stressed = new StressedHandle();

	private final QosFlow before = this.stressed.add();

	private volatile QosFlow added;

	public AddAgainstRecover() {
		this.stressed.work();
	}

	@Actor
	public void add() {
		this.added = this.stressed.add();
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
		result.r1 = this.before.state();
		result.r2 = this.added.state();
		result.r3 = this.stressed.adds();
	}

}
