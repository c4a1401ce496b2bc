package io.github.qos4j.boot.autoconfigure.process;

import java.time.Duration;

import io.github.qos4j.boot.autoconfigure.QosProperties;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.process.ProcessAdvice;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.ProcessMarker;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that marks what no hook reaches.
 */
@AutoConfiguration(after = QosPolicyAutoConfiguration.class)
@ConditionalOnBooleanProperty("qos.process.enabled")
@ConditionalOnSingleCandidate(PolicyMarker.class)
@EnableConfigurationProperties({ QosProcessProperties.class, QosProperties.class })
public final class QosProcessAutoConfiguration {

	private static final Log logger = LogFactory.getLog(QosProcessAutoConfiguration.class);

	/**
	 * Looks from now on, so that connections that are opened during the start are marked
	 * too. The system is asked for at run time: conditions may have been evaluated on
	 * another one. Never lazy, since nothing depends on it.
	 */
	@Bean(destroyMethod = "close")
	@Lazy(false)
	@ConditionalOnMissingBean
	ProcessMarker qosProcessMarker(PolicyMarker marker, QosProcessProperties properties, QosProperties qosProperties) {
		ProcessMarker process = new ProcessMarker(marker, requirePositive(properties.interval()));
		String advice = ProcessAdvice.forSystem(System.getProperty("os.name", ""), marker.policies(),
				qosProperties.marking().toMarkingProfile());
		if (advice != null) {
			logger.warn(advice);
		}
		else {
			process.start();
		}
		return process;
	}

	private static Duration requirePositive(Duration interval) {
		if (interval.isZero() || interval.isNegative()) {
			throw new InvalidConfigurationPropertyValueException("qos.process.interval", interval,
					"Must be longer than zero.");
		}
		return interval;
	}

}
