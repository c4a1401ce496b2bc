package io.github.qos4j.sample;

import io.github.qos4j.TrafficType;

/**
 * Where a flow goes and what it carries.
 *
 * @param protocol what carries it
 * @param host the peer's name or address
 * @param port the peer's port, 1 to 65535
 * @param trafficType what kind of traffic it is
 */
record FlowSpec(Protocol protocol, String host, int port, TrafficType trafficType) {

	@Override
	public String toString() {
		return this.trafficType + " over " + this.protocol + " to " + this.host + " port " + this.port;
	}

}
