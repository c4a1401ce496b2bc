package io.github.qos4j.internal.handle;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.github.qos4j.FlowCondition;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosSocket;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * What few flows have: further sockets, changes under way, waits for conditions. Guarded
 * by the handle's lock.
 */
final class FlowExtras {

	/** Sockets beyond the first. */
	final List<Member> members = new ArrayList<>(0);

	/** Those who wait until the system has taken the options asked for last. */
	final List<CompletableFuture<QosFlow>> changes = new ArrayList<>(0);

	/** Whether a call that changes the flow is under way or waiting. */
	boolean changing;

	final Map<FlowCondition.Kind, ConditionWait> conditions = new EnumMap<>(FlowCondition.Kind.class);

	/**
	 * A further socket of a flow.
	 */
	static final class Member {

		final QosSocket socket;

		/** Told of the first attempt. */
		@Nullable CompletableFuture<QosFlow> future;

		/** The flow of a session that this socket has joined, or is about to. */
		@Nullable SessionFlow joining;

		/** Whether it has. */
		boolean joined;

		Member(QosSocket socket, CompletableFuture<QosFlow> future) {
			this.socket = socket;
			this.future = future;
		}

	}

}
