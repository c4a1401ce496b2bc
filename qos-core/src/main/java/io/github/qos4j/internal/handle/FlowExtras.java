package io.github.qos4j.internal.handle;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.github.qos4j.FlowCondition;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * What few flows have: further sockets ({@link FlowSockets}), changes that somebody waits
 * for ({@link FlowChanges}), waits for conditions ({@link FlowConditions}). Guarded by
 * the handle's lock.
 */
final class FlowExtras {

	/** Sockets beyond the first. */
	final List<Member> members = new ArrayList<>(0);

	/** Changes that somebody waits for, in the order in which they were asked for. */
	final List<Change> changes = new ArrayList<>(0);

	/**
	 * Told what becomes of changes that were asked for before these, and are not tried
	 * any more.
	 */
	final List<CompletableFuture<QosFlow>> superseded = new ArrayList<>(0);

	/** What was asked for before the changes that somebody waits for. */
	@Nullable QosFlowOptions before;

	/** The session on which a call that changes the flow is under way or waiting. */
	@Nullable SessionLane changingOn;

	final Map<FlowCondition.Kind, ConditionWait> conditions = new EnumMap<>(FlowCondition.Kind.class);

	/**
	 * A change that somebody waits for.
	 *
	 * @param options what was asked for
	 * @param future told of what became of it
	 */
	record Change(QosFlowOptions options, CompletableFuture<QosFlow> future) {

	}

	/**
	 * A further socket of a flow.
	 */
	static final class Member {

		final QosSocket socket;

		/** Told of the first attempt. */
		@Nullable CompletableFuture<QosFlow> future;

		/** The flow of a session that this socket has joined, or is about to. */
		@Nullable SessionFlow joining;

		/** Whether it waits to be connected. */
		boolean waitsForPeer;

		Member(QosSocket socket, CompletableFuture<QosFlow> future) {
			this.socket = socket;
			this.future = future;
		}

	}

}
