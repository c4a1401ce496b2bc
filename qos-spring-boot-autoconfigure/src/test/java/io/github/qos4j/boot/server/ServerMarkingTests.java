package io.github.qos4j.boot.server;

import io.github.qos4j.QosHandle;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicies;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;

/**
 * Tests for {@link ServerMarking}.
 */
class ServerMarkingTests {

	private final QosHandle handle = mock();

	@Test
	void waitsForTheHandleWhereTheListenerIsMarked() {
		given(this.handle.marksListeners()).willReturn(true);
		bind("voice");
		then(this.handle).should().awaitOpen(any());
	}

	@Test
	void startDoesNotWaitWhereNoListenerIsMarked() {
		given(this.handle.marksListeners()).willReturn(true);
		bind(null);
		given(this.handle.marksListeners()).willReturn(false);
		bind("voice");
		then(this.handle).should(never()).awaitOpen(any());
	}

	private void bind(@Nullable String policy) {
		try (PolicyMarker marker = new PolicyMarker(this.handle, QosPolicies.none())) {
			new ServerMarking(marker, policy, false, null).newListener().binding();
		}
	}

}
