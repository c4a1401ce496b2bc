package io.github.qos4j.sample;

import io.github.qos4j.TrafficType;
import io.github.qos4j.sample.EchoServer.EchoAddress;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.stereotype.Component;

/**
 * Starts flows to the application's own echo, so that there is something to see: voice
 * over UDP and, unless {@code sample.bulk} is {@code false}, bulk traffic over TCP, of
 * whose path the system tells more.
 */
@Component
class FirstFlows implements ApplicationRunner {

	private final FlowService flows;

	private final EchoServer echo;

	private final boolean bulk;

	FirstFlows(FlowService flows, EchoServer echo, @Value("${sample.bulk}") boolean bulk) {
		this.flows = flows;
		this.echo = echo;
		this.bulk = bulk;
	}

	@Override
	public void run(ApplicationArguments args) {
		open(Protocol.UDP, TrafficType.VOICE);
		if (this.bulk) {
			open(Protocol.TCP, TrafficType.BACKGROUND);
		}
	}

	private void open(Protocol protocol, TrafficType trafficType) {
		this.echo.addresses()
			.stream()
			.filter((address) -> address.protocol() == protocol)
			.findFirst()
			.ifPresent((address) -> this.flows.open(spec(address, trafficType)));
	}

	private static FlowSpec spec(EchoAddress address, TrafficType trafficType) {
		return new FlowSpec(address.protocol(), address.host(), address.port(), trafficType);
	}

}
