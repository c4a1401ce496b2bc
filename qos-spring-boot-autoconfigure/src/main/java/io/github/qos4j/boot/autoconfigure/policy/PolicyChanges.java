package io.github.qos4j.boot.autoconfigure.policy;

import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.SmartApplicationListener;
import org.springframework.core.env.Environment;

/**
 * Has policies follow their properties when Spring Cloud tells that these have changed.
 * It is known by the name of its event's class. Wrong values change nothing and are
 * logged, so that whoever tells of the change is not disturbed.
 */
final class PolicyChanges implements SmartApplicationListener {

	static final String EVENT = "org.springframework.cloud.context.environment.EnvironmentChangeEvent";

	private static final Log logger = LogFactory.getLog(PolicyChanges.class);

	private final Environment environment;

	private final ObjectProvider<PolicyFollower> followers;

	private QosPolicyProperties known;

	PolicyChanges(Environment environment, QosPolicyProperties known, ObjectProvider<PolicyFollower> followers) {
		this.environment = environment;
		this.known = known;
		this.followers = followers;
	}

	@Override
	public boolean supportsEventType(Class<? extends ApplicationEvent> eventType) {
		return eventType.getName().equals(EVENT);
	}

	@Override
	public synchronized void onApplicationEvent(ApplicationEvent event) {
		try {
			QosPolicyProperties changed = Binder.get(this.environment).bindOrCreate("qos", QosPolicyProperties.class);
			if (!changed.equals(this.known)) {
				follow(new PolicyReader(this.environment, changed));
				this.known = changed;
				logger.info("Policies have changed with their properties");
			}
		}
		catch (RuntimeException ex) {
			logger.warn("Policies stay as they were, because a property has a wrong value. " + reason(ex));
			logger.debug("Cause", ex);
		}
	}

	private void follow(PolicyReader reader) {
		// Nothing changes unless all of it can.
		List<Runnable> changes = this.followers.orderedStream().map((follower) -> follower.prepare(reader)).toList();
		changes.forEach(Runnable::run);
	}

	private static String reason(Throwable failure) {
		Throwable root = failure;
		while (root.getCause() != null) {
			root = root.getCause();
		}
		return (root == failure) ? String.valueOf(root.getMessage()) : failure.getMessage() + ": " + root.getMessage();
	}

}
