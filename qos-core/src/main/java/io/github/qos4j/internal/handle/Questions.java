package io.github.qos4j.internal.handle;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import io.github.qos4j.QosException;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.spi.QosSession;
import org.jspecify.annotations.Nullable;

/**
 * Questions to a session, and those who wait for the answers.
 */
final class Questions {

	private final Monitor monitor;

	private final HandleFlows flows;

	Questions(Monitor monitor, HandleFlows flows) {
		this.monitor = monitor;
		this.flows = flows;
	}

	/**
	 * Ask. Not called under the lock.
	 * @param flow the flow that the question is about, or {@code null}
	 * @param call prepares the question under the lock, where it may still throw
	 */
	<T> CompletionStage<T> ask(@Nullable DefaultQosFlow flow, Function<SessionLane, Function<QosSession, T>> call) {
		CompletableFuture<T> answer = new CompletableFuture<>();
		this.monitor.get(() -> {
			SessionLane lane = this.flows.requireLane();
			Function<QosSession, T> question = call.apply(lane);
			lane.asked.add(answer);
			return lane.submit(() -> answer(lane, flow, question, answer));
		}).run();
		return answer;
	}

	private <T> void answer(SessionLane lane, @Nullable DefaultQosFlow flow, Function<QosSession, T> question,
			CompletableFuture<T> answer) {
		QosException failure = null;
		if (!answer.isDone()) {
			try {
				T value = question.apply(lane.session);
				complete(lane, answer, value);
			}
			catch (Throwable ex) {
				failure = QosException.of(ex);
			}
		}
		this.monitor.run(() -> lane.asked.remove(answer));
		if (failure == null) {
			this.flows.callEnded(lane);
			return;
		}
		fail(lane, answer, (flow != null) ? flow.exception(failure) : failure);
		this.flows.callFailed(lane, flow, failure);
	}

	private static <T> void complete(SessionLane lane, CompletableFuture<T> answer, T value) {
		if (lane.isThreaded()) {
			// What depends on the answer is not for the session's thread.
			answer.completeAsync(() -> value);
		}
		else {
			// In the thread that asked, before anything can depend on the answer.
			answer.complete(value);
		}
	}

	private static void fail(SessionLane lane, CompletableFuture<?> answer, QosException failure) {
		if (lane.isThreaded()) {
			failLater(answer, failure);
		}
		else {
			answer.completeExceptionally(failure);
		}
	}

	/**
	 * Tell all who wait for answers of a session that there will be none. Called under
	 * the lock.
	 */
	static void giveUp(SessionLane lane, QosException reason) {
		lane.asked.forEach((answer) -> failLater(answer, reason));
		lane.asked.clear();
	}

	static void failLater(CompletableFuture<?> future, QosException failure) {
		future.defaultExecutor().execute(() -> future.completeExceptionally(failure));
	}

}
