package io.github.qos4j.boot.autoconfigure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.env.Environment;

/**
 * Knows what an application that was processed ahead of time cannot be told any more:
 * which beans there are was decided then. A property that is set since and finds no bean
 * would change nothing in silence, so that is told at the start.
 */
final class FixedConditions {

	private static final String CONFIGURATIONS = FixedConditions.class.getPackageName();

	private FixedConditions() {
	}

	/**
	 * Return whether everything was switched off since. Before, there would be no bean.
	 */
	static boolean isSwitchedOff(Environment environment) {
		return AotDetector.useGeneratedArtifacts() && EnabledProperty.isOff(environment);
	}

	/**
	 * Describe what has been set too late.
	 */
	static List<String> describe(Environment environment, ListableBeanFactory beans) {
		List<String> problems = new ArrayList<>();
		if (!AotDetector.useGeneratedArtifacts()) {
			return problems;
		}
		if (environment.containsProperty("qos.server.policy") && !isConfigured(beans, "server")) {
			problems.add(problem("qos.server.policy"));
		}
		if (environment.containsProperty("qos.client.policy") && !isConfigured(beans, "client")) {
			problems.add(problem("qos.client.policy"));
		}
		if (environment.getProperty("qos.process.enabled", Boolean.class, false) && !isConfigured(beans, "process")) {
			problems.add(problem("qos.process.enabled"));
		}
		return problems;
	}

	/**
	 * Return whether there is an auto-configuration of a package, which is a bean as
	 * well.
	 */
	private static boolean isConfigured(ListableBeanFactory beans, String name) {
		return Arrays.stream(beans.getBeanDefinitionNames())
			.anyMatch((bean) -> bean.startsWith(CONFIGURATIONS + "." + name + ".") && !bean.contains(".management."));
	}

	private static String problem(String property) {
		return "Property '" + property + "' changes nothing: it was not set when this application was processed ahead "
				+ "of time, which is when Spring decides which beans there are. Set it for the build as well; "
				+ "its value may be another one then";
	}

}
