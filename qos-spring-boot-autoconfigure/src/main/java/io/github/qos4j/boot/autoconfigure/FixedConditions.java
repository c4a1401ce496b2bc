package io.github.qos4j.boot.autoconfigure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.env.Environment;

/**
 * Knows what an application that was processed ahead of time cannot be told any more:
 * which beans there are was decided then. A property that is set since and finds no bean
 * would change nothing in silence, so that is logged once at the start.
 */
final class FixedConditions implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(QosAutoConfiguration.class);

	private static final String CONFIGURATIONS = FixedConditions.class.getPackageName();

	private final ListableBeanFactory beans;

	private final Environment environment;

	FixedConditions(ListableBeanFactory beans, Environment environment) {
		this.beans = beans;
		this.environment = environment;
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (AotDetector.useGeneratedArtifacts()) {
			warnings().forEach(logger::warn);
		}
	}

	/**
	 * Return whether everything was switched off since. Before, there would be no bean.
	 */
	static boolean isSwitchedOff(Environment environment) {
		return AotDetector.useGeneratedArtifacts() && "false".equalsIgnoreCase(environment.getProperty("qos.enabled"));
	}

	List<String> warnings() {
		List<String> warnings = new ArrayList<>();
		if (this.environment.containsProperty("qos.server.policy") && !isConfigured("server")) {
			warnings.add(describe("qos.server.policy"));
		}
		if (this.environment.containsProperty("qos.client.policy") && !isConfigured("client")) {
			warnings.add(describe("qos.client.policy"));
		}
		if (this.environment.getProperty("qos.process.enabled", Boolean.class, false) && !isConfigured("process")) {
			warnings.add(describe("qos.process.enabled"));
		}
		return warnings;
	}

	/**
	 * Return whether there is an auto-configuration of a package, which is a bean as
	 * well.
	 */
	private boolean isConfigured(String name) {
		return Arrays.stream(this.beans.getBeanDefinitionNames())
			.anyMatch((bean) -> bean.startsWith(CONFIGURATIONS + "." + name + ".") && !bean.contains(".management."));
	}

	private static String describe(String property) {
		return "Property '" + property + "' changes nothing: it was not set when this application was processed ahead "
				+ "of time, which is when Spring decides which beans there are. Set it for the build as well; "
				+ "its value may be another one then";
	}

}
