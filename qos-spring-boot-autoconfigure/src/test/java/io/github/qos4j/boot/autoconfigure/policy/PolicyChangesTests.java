package io.github.qos4j.boot.autoconfigure.policy;

import java.net.Socket;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosSocket;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.QosRecordingAutoConfiguration;
import io.github.qos4j.boot.policy.RequestPolicies;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextRefreshedEvent;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PolicyChanges}.
 */
@ExtendWith(OutputCaptureExtension.class)
class PolicyChangesTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QosRecordingAutoConfiguration.class, QosAutoConfiguration.class,
				QosPolicyAutoConfiguration.class))
		.withPropertyValues("qos.backend=recording", "qos.policies.media.dscp=AF41",
				"qos.policies.media.path=/media/**");

	@Test
	void openFlowsFollow() {
		this.runner.run((context) -> {
			try (Socket socket = new Socket()) {
				PolicyMarker marker = context.getBean(PolicyMarker.class);
				QosFlow flow = marker.mark(QosSocket.of(socket), "media");
				assertThat(flow).isNotNull();
				change(context, "qos.policies.media.dscp=AF31", "qos.policies.media.path=/films/**");
				assertThat(flow.options().dscp()).isEqualTo(Dscp.of(26));
				assertThat(flow.state()).isNotEqualTo(FlowState.CLOSED);
				RequestPolicies requests = context.getBean(RequestPolicies.class);
				assertThat(requests.policyFor("/films/1")).isEqualTo("media");
				assertThat(requests.policyFor("/media/1")).isNull();
			}
		});
	}

	@Test
	void wrongValueChangesNothingAndIsLoggedOnce(CapturedOutput output) {
		this.runner.run((context) -> {
			QosPolicies before = context.getBean(PolicyMarker.class).policies();
			change(context, "qos.policies.media.dscp=AF99");
			change(context, "qos.policies.media.dscp=AF31", "qos.policies.media.path=wrong");
			assertThat(context.getBean(PolicyMarker.class).policies()).isSameAs(before);
			assertThat(context.getBean(RequestPolicies.class).policyFor("/media/1")).isEqualTo("media");
			change(context, "qos.policies.media.path=/media");
			assertThat(context.getBean(PolicyMarker.class).policies().require("media").options().dscp())
				.isEqualTo(Dscp.of(26));
		});
		assertThat(output).containsOnlyOnce("'AF99' is invalid: DSCP must be a number from 0 to 63")
			.containsOnlyOnce("'wrong' is invalid: Path must begin with /")
			.containsOnlyOnce("Policies have changed with their properties")
			.doesNotContain("\tat ");
	}

	@Test
	void valueThatCannotBeBoundChangesNothing(CapturedOutput output) {
		this.runner.run((context) -> {
			QosPolicies before = context.getBean(PolicyMarker.class).policies();
			change(context, "qos.policies.other=EF");
			assertThat(context.getBean(PolicyMarker.class).policies()).isSameAs(before);
		});
		assertThat(output).containsOnlyOnce("Policies stay as they were").contains("qos.policies.other");
	}

	@Test
	void otherChangesAndEventsChangeNothing() {
		this.runner.run((context) -> {
			PolicyMarker marker = context.getBean(PolicyMarker.class);
			marker.setPolicies(QosPolicies.none());
			change(context, "other=1");
			assertThat(marker.policies()).isSameAs(QosPolicies.none());
			TestPropertyValues.of("qos.policies.media.dscp=AF31").applyTo(context);
			context.publishEvent(new ContextRefreshedEvent(context));
			assertThat(marker.policies()).isSameAs(QosPolicies.none());
		});
	}

	@Test
	void knowsTheEventOfSpringCloud() {
		assertThat(EnvironmentChangeEvent.class.getName()).isEqualTo(PolicyChanges.EVENT);
	}

	private static void change(ConfigurableApplicationContext context, String... properties) {
		TestPropertyValues.of(properties).applyTo(context);
		context.publishEvent(new EnvironmentChangeEvent(context));
	}

}
