package io.github.qos4j.internal.handle;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import io.github.qos4j.FlowCounts;
import io.github.qos4j.FlowState;
import org.jspecify.annotations.Nullable;

/**
 * The open flows of a handle: a linked list, so that adding and removing take constant
 * time and no memory of their own, and a count by state. Guarded by the handle's lock.
 */
final class FlowRegistry {

	private final int[] counts = new int[FlowState.values().length];

	private @Nullable ManagedFlow first;

	private @Nullable ManagedFlow last;

	/** Where {@link #nextToCheck} goes on. */
	private @Nullable ManagedFlow cursor;

	/** Walks under way, hardly ever more than one. */
	private final List<Walk> walks = new ArrayList<>(1);

	void add(ManagedFlow flow) {
		flow.previous = this.last;
		if (this.last == null) {
			this.first = flow;
		}
		else {
			this.last.next = flow;
		}
		this.last = flow;
		this.counts[flow.current().ordinal()]++;
	}

	/**
	 * Forget a flow, which is closed from now on.
	 */
	void remove(ManagedFlow flow) {
		if (flow == this.cursor) {
			this.cursor = flow.next;
		}
		for (int i = 0; i < this.walks.size(); i++) {
			this.walks.get(i).pass(flow);
		}
		if (flow.previous == null) {
			this.first = flow.next;
		}
		else {
			flow.previous.next = flow.next;
		}
		if (flow.next == null) {
			this.last = flow.previous;
		}
		else {
			flow.next.previous = flow.previous;
		}
		flow.previous = null;
		flow.next = null;
		this.counts[flow.current().ordinal()]--;
		flow.enter(FlowState.CLOSED);
	}

	void enter(ManagedFlow flow, FlowState state) {
		this.counts[flow.current().ordinal()]--;
		flow.enter(state);
		this.counts[state.ordinal()]++;
	}

	FlowCounts counts() {
		return new FlowCounts(this.counts[FlowState.ACTIVE.ordinal()], this.counts[FlowState.PENDING.ordinal()],
				this.counts[FlowState.FAILED.ordinal()]);
	}

	int size() {
		FlowCounts counts = counts();
		return counts.active() + counts.pending() + counts.failed();
	}

	/**
	 * Return the flows that match, oldest first.
	 */
	List<ManagedFlow> list(Predicate<ManagedFlow> condition) {
		List<ManagedFlow> flows = new ArrayList<>();
		for (ManagedFlow flow = this.first; flow != null; flow = flow.next) {
			if (condition.test(flow)) {
				flows.add(flow);
			}
		}
		return flows;
	}

	/**
	 * Return one flow after the other, from the first again after the last.
	 */
	@Nullable ManagedFlow nextToCheck() {
		ManagedFlow flow = (this.cursor != null) ? this.cursor : this.first;
		this.cursor = (flow != null) ? flow.next : null;
		return flow;
	}

	/**
	 * Begin a walk through all flows, oldest first. It has to be ended.
	 */
	Walk walk() {
		Walk walk = new Walk();
		this.walks.add(walk);
		return walk;
	}

	/**
	 * A walk through all flows in slices, between which the lock can be released: flows
	 * may come and go meanwhile.
	 */
	final class Walk {

		private @Nullable ManagedFlow next = FlowRegistry.this.first;

		/**
		 * Return the next flows.
		 * @param most how many at most
		 * @return the flows, none at the end
		 */
		List<ManagedFlow> next(int most) {
			List<ManagedFlow> slice = new ArrayList<>();
			while (this.next != null && slice.size() < most) {
				slice.add(this.next);
				this.next = this.next.next;
			}
			return slice;
		}

		private void pass(ManagedFlow gone) {
			if (this.next == gone) {
				this.next = gone.next;
			}
		}

		/**
		 * End this walk.
		 */
		void end() {
			FlowRegistry.this.walks.remove(this);
		}

	}

}
