package io.github.qos4j.boot.test.autoconfigure;

import java.util.function.Consumer;

import io.github.qos4j.boot.test.RecordedFlows;
import io.github.qos4j.policy.PolicyMarker;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestExecutionListener;

/**
 * Keeps test methods apart that share an application context with recorded flows.
 */
final class TestQosExecutionListener implements TestExecutionListener, Ordered {

	/** The name of the auto-configured marker, which is the default one. */
	private static final String MARKER = "qosPolicyMarker";

	@Override
	public int getOrder() {
		return LOWEST_PRECEDENCE;
	}

	/**
	 * Socket factories that drivers create by their class name use the default marker,
	 * which is that of the context that was started last. There may be others in the
	 * cache.
	 */
	@Override
	public void beforeTestMethod(TestContext testContext) {
		withContext(testContext, (context) -> {
			if (context.containsBean(RecordedFlows.BEAN_NAME) && context.containsBean(MARKER)
					&& context.getBean(MARKER) instanceof PolicyMarker marker) {
				PolicyMarker.setDefault(marker);
			}
		});
	}

	/**
	 * Afterwards and not before, so that the first test can tell what happened at the
	 * start.
	 */
	@Override
	public void afterTestMethod(TestContext testContext) {
		withContext(testContext,
				(context) -> context.getBeanProvider(RecordedFlows.class).stream().forEach(RecordedFlows::clearPast));
	}

	private static void withContext(TestContext testContext, Consumer<ApplicationContext> action) {
		if (testContext.hasApplicationContext()
				&& testContext.getApplicationContext() instanceof ConfigurableApplicationContext context
				&& context.isActive()) {
			action.accept(context);
		}
	}

}
