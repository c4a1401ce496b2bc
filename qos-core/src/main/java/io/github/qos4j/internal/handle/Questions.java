package io.github.qos4j.internal.handle;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;

import io.github.qos4j.QosException;
import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * Questions to a session, and those who wait for the answers. Whatever goes wrong is told
 * by the answer.
 */
final class Questions {

	private final Monitor monitor;

	private final SessionInUse session;

	private final Verdicts verdicts;

	Questions(HandleParts parts, Verdicts verdicts) {
		this.monitor = parts.monitor();
		this.session = parts.session();
		this.verdicts = verdicts;
	}

	/**
	 * Ask something about a flow. Not called under the lock.
	 */
	<T> CompletionStage<T> ask(ManagedFlow flow, BiFunction<QosSession, SessionFlow, T> question) {
		return ask(flow, () -> {
			SessionFlow sessionFlow = flow.requireActive();
			return (asked) -> question.apply(asked, sessionFlow);
		});
	}

	/**
	 * Ask something about the system. Not called under the lock.
	 */
	<T> CompletionStage<T> ask(Function<QosSession, T> question) {
		return ask(null, () -> question);
	}

	private <T> CompletionStage<T> ask(@Nullable ManagedFlow flow, Preparation<T> preparation) {
		CompletableFuture<T> answer = new CompletableFuture<>();
		Runnable call;
		try {
			call = this.monitor.get(() -> {
				SessionLane lane = this.session.require();
				Function<QosSession, T> question = preparation.prepare();
				lane.asked.add(answer);
				return lane.submit(() -> answer(lane, flow, question, answer));
			});
		}
		catch (QosException ex) {
			answer.completeExceptionally(
					(flow == null || ex instanceof QosUnavailableException) ? ex : flow.exception(ex));
			return answer;
		}
		call.run();
		return answer;
	}

	private <T> void answer(SessionLane lane, @Nullable ManagedFlow flow, Function<QosSession, T> question,
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
			this.session.callEnded(lane);
			return;
		}
		fail(lane, answer, (flow != null) ? flow.exception(failure) : failure);
		this.verdicts.callFailed(lane, flow, failure);
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

	/**
	 * Tell somebody who waits that it has failed, elsewhere: under the lock or not.
	 */
	static void failLater(CompletableFuture<?> future, QosException failure) {
		future.defaultExecutor().execute(() -> future.completeExceptionally(failure));
	}

	/**
	 * Tell somebody who waits for something of a flow that it has failed, elsewhere.
	 */
	static void failLater(CompletableFuture<?> future, ManagedFlow flow, QosException reason) {
		future.defaultExecutor().execute(() -> future.completeExceptionally(flow.exception(reason)));
	}

	/**
	 * What happens under the lock before a question is asked.
	 *
	 * @param <T> type of the answer
	 */
	private interface Preparation<T> {

		/**
		 * Return the question.
		 * @throws QosException if it cannot be asked
		 */
		Function<QosSession, T> prepare();

	}

}
