package io.github.qos4j.internal.handle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.github.qos4j.FlowCounts;
import io.github.qos4j.FlowState;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * The flows of a handle, and what brings them in force and out of force again. Methods
 * that say so are called under the handle's lock; calls that they return have to be run
 * after it is released.
 * <p>
 * A flow that is missing is always on its way: it waits for a session, is being added,
 * waits for its socket to be connected, or is tried again later.
 */
final class HandleFlows {

	private final Monitor monitor;

	private final FlowRegistry registry = new FlowRegistry();

	private final Verdicts verdicts;

	private final Removals removals;

	private final PeerWaits peers;

	private final FlowChanges changes;

	private final FlowSockets sockets;

	private final FlowConditions conditions;

	private final FlowStates states;

	private final FlowAdmission admission;

	HandleFlows(HandleParts parts) {
		this.monitor = parts.monitor();
		this.verdicts = new Verdicts(parts, this::addAnew);
		this.removals = new Removals(parts, this.verdicts, this.registry);
		this.peers = new PeerWaits(this.monitor, parts.timer(), this::isReady, this::goOn);
		this.changes = new FlowChanges(parts, this.verdicts);
		this.sockets = new FlowSockets(parts, this.verdicts, this.peers);
		this.conditions = new FlowConditions(parts, this.verdicts);
		this.states = new FlowStates(parts, this.registry, this.removals, this.peers, this.changes, this.sockets,
				this.conditions);
		this.admission = new FlowAdmission(parts, this.verdicts, this.removals, this.peers, this.changes, this.sockets,
				this.conditions, this.states);
	}

	Verdicts verdicts() {
		return this.verdicts;
	}

	FlowConditions conditions() {
		return this.conditions;
	}

	FlowRegistry registry() {
		return this.registry;
	}

	/**
	 * Return how many flows there are. Called under the lock.
	 */
	FlowCounts counts() {
		return this.registry.counts();
	}

	/**
	 * Return all flows. Called under the lock.
	 */
	List<ManagedFlow> list() {
		return this.registry.list((flow) -> true);
	}

	// Sessions

	/**
	 * A call on the session in use hangs. Called under the lock.
	 */
	void hangs(SessionLane lane, QosException failure) {
		this.admission.hangs(lane, failure);
	}

	/**
	 * Bring into force what has waited for a session. Called under the lock.
	 */
	List<Runnable> attach() {
		List<ManagedFlow> missing = this.registry.list((flow) -> flow.isMissing() && !flow.isPutOff());
		// What the last session may have died of comes last: if this one dies of it too,
		// the others were in force, and it is known what did it.
		missing.sort(Comparator.comparing(ManagedFlow::isSuspect));
		List<Runnable> calls = new ArrayList<>(missing.size());
		missing.forEach((flow) -> calls.add(this.admission.submitAdd(flow)));
		return calls;
	}

	/**
	 * The session is dead, and its flows with it. They are pending from now on, and so
	 * are those that failed for a reason that may have passed by the time that the next
	 * session is there. Called under the lock.
	 * @return what was in force
	 */
	List<SessionFlow> suspend() {
		List<SessionFlow> inForce = new ArrayList<>();
		for (ManagedFlow flow : this.registry.list((flow) -> flow.sessionFlow() != null || isFailedForNow(flow))) {
			SessionFlow sessionFlow = flow.takeSessionFlow();
			if (sessionFlow != null) {
				inForce.add(sessionFlow);
			}
			else {
				flow.beginAnew();
			}
			this.states.enter(flow, FlowState.PENDING);
		}
		this.removals.forget();
		return inForce;
	}

	private static boolean isFailedForNow(ManagedFlow flow) {
		return flow.current() == FlowState.FAILED && flow.mayPass() && !flow.hasHung();
	}

	/**
	 * End all flows. Called under the lock.
	 * @return what was in force
	 */
	List<SessionFlow> endAll() {
		List<SessionFlow> inForce = new ArrayList<>();
		for (ManagedFlow flow : list()) {
			SessionFlow sessionFlow = flow.takeSessionFlow();
			if (sessionFlow != null) {
				inForce.add(sessionFlow);
			}
			this.states.end(flow);
		}
		this.removals.forget();
		return inForce;
	}

	/**
	 * Take all flows out of force, until {@link #resume}. What has failed is pending as
	 * well, so that there is one reason for all why nothing is marked, and each has a new
	 * chance after it. Called under the lock.
	 */
	List<Runnable> withdraw() {
		List<Runnable> calls = new ArrayList<>();
		list().forEach((flow) -> calls.add(this.admission.withdraw(flow)));
		return calls;
	}

	/**
	 * Bring all flows into force again after {@link #withdraw}, at once. Called under the
	 * lock.
	 */
	List<Runnable> resume() {
		List<Runnable> calls = tryNow();
		calls.addAll(attach());
		return calls;
	}

	// Adding

	/**
	 * Add a flow. Called under the lock.
	 * @return the session to {@link #addTo add it to} once the lock is released, or
	 * {@code null} where that is done elsewhere
	 */
	@Nullable SessionLane add(ManagedFlow flow) {
		this.registry.add(flow);
		return this.admission.submitFirstAdd(flow);
	}

	/**
	 * Have a session add a flow. Not called under the lock.
	 */
	void addTo(SessionLane lane, ManagedFlow flow) {
		this.admission.callFirstAdd(lane, flow);
	}

	/**
	 * Give another chance to what has failed or is to be tried later, because the network
	 * has changed. Called under the lock.
	 */
	List<Runnable> tryNow() {
		List<Runnable> calls = new ArrayList<>();
		for (ManagedFlow flow : this.registry.list((flow) -> flow.current() == FlowState.FAILED || flow.isPutOff())) {
			calls.add(this.admission.tryAnew(flow));
		}
		return calls;
	}

	private void addAnew(SessionLane lane, ManagedFlow flow, SessionFlow sessionFlow) {
		this.admission.addAnew(lane, flow, sessionFlow);
	}

	private boolean isReady(ManagedFlow flow) {
		return this.sockets.isReady(flow);
	}

	/**
	 * Go on with flows whose sockets have been connected. Not called under the lock.
	 */
	private void goOn(List<ManagedFlow> connected) {
		List<Runnable> calls = this.monitor.get(() -> {
			List<Runnable> added = new ArrayList<>();
			for (ManagedFlow flow : connected) {
				added.add(this.admission.submitAdd(flow));
				added.addAll(this.admission.bringUpToDate(flow));
			}
			return added;
		});
		calls.forEach(Runnable::run);
	}

	// Changing

	/**
	 * Ask for other options. Not called under the lock.
	 * @throws IllegalArgumentException if they are for a flow of another kind
	 */
	CompletionStage<QosFlow> setOptions(ManagedFlow flow, QosFlowOptions options) {
		boolean adaptive = options.qwave().adaptive();
		if (adaptive != flow.options().qwave().adaptive()) {
			throw new IllegalArgumentException("'options' must " + (adaptive ? "not " : "")
					+ "be adaptive like the flow: add another flow instead");
		}
		CompletableFuture<QosFlow> future = new CompletableFuture<>();
		this.monitor.get(() -> {
			if (flow.isClosed()) {
				Questions.failLater(future, flow, flow.endedBecause());
				return Verdicts.NOTHING;
			}
			this.changes.ask(flow, options, future);
			return (flow.current() == FlowState.FAILED) ? this.admission.tryAnew(flow) : this.changes.apply(flow);
		}).run();
		return future.copy();
	}

	/**
	 * Add a further socket. Not called under the lock.
	 * @throws IllegalArgumentException if it is closed, or the flow takes one only
	 */
	CompletionStage<QosFlow> addSocket(ManagedFlow flow, QosSocket socket) {
		if (!socket.isOpen()) {
			throw new IllegalArgumentException("'socket' must be open");
		}
		if (flow.options().qwave().adaptive()) {
			throw new IllegalArgumentException("An adaptive flow has one socket: add another flow instead");
		}
		CompletableFuture<QosFlow> future = new CompletableFuture<>();
		this.monitor.get(() -> this.sockets.add(flow, socket, future)).run();
		return future.copy();
	}

	// Ending

	/**
	 * End a flow. Not called under the lock. Does nothing for one that has ended.
	 */
	void end(ManagedFlow flow) {
		this.states.endNow(flow);
	}

	/**
	 * Have a session do for a flow whatever else is asked for. Called under the lock.
	 */
	List<Runnable> bringUpToDate(ManagedFlow flow) {
		return this.admission.bringUpToDate(flow);
	}

	/**
	 * End a flow whose sockets are all closed. Not called under the lock.
	 */
	void endIfSocketIsClosed(@Nullable ManagedFlow flow) {
		if (flow != null && !this.sockets.keepOpen(flow)) {
			end(flow);
		}
	}

}
