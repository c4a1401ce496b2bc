package io.github.qos4j;

import org.jspecify.annotations.Nullable;

/**
 * Immutable snapshot of a flow's state.
 * <p>
 * An {@link FlowState#ACTIVE} flow normally has neither reason nor failure. It has both
 * if the handle wanted to mark but fell back to the backend {@code none}, so that nothing
 * is marked.
 *
 * @param state the state
 * @param reason why the flow is not active, or is active but marks nothing, in words;
 * {@code null} if it is active and marked, or closed
 * @param failure the failure behind the reason, or {@code null} if there is none
 */
public record FlowStatus(FlowState state, @Nullable String reason, @Nullable QosException failure) {

}
