package io.github.qos4j.boot.autoconfigure.metrics;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the meters.
 *
 * @param sampleInterval Time between two samples of round-trip times, bandwidths and
 * marks of flows. With 0 there are no meters of these.
 * @param sampleSize Maximum number of flows of each QoS handle to look at for a sample.
 * The next sample goes on with the next ones.
 */
@ConfigurationProperties("qos.metrics")
public record QosMetricsProperties(@DefaultValue("10s") Duration sampleInterval, @DefaultValue("500") int sampleSize) {

}
