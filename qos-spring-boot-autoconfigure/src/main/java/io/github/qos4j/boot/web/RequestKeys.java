package io.github.qos4j.boot.web;

import io.micrometer.common.docs.KeyName;

/**
 * Keys that the observation of a request has besides those of Spring. All are of low
 * cardinality, and {@code none} for a request that was not marked by itself.
 */
public enum RequestKeys implements KeyName {

	/**
	 * The name of the policy that the request was marked by; for a traffic type, its
	 * name.
	 */
	POLICY {
		@Override
		public String asString() {
			return "qos.policy";
		}
	},

	/**
	 * The traffic type of that policy, as in properties: {@code audio-video}.
	 */
	TRAFFIC_TYPE {
		@Override
		public String asString() {
			return "qos.traffic.type";
		}
	}

}
