package io.github.qos4j.sample;

import io.github.qos4j.TrafficType;
import io.github.qos4j.sample.EchoServer.EchoAddress;

import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.stereotype.Component;

/**
 * Starts a flow to the application's own echo, so that there is something to see.
 */
@Component
class FirstFlow implements ApplicationRunner {

	private final FlowService flows;

	private final EchoServer echo;

	FirstFlow(FlowService flows, EchoServer echo) {
		this.flows = flows;
		this.echo = echo;
	}

	@Override
	public void run(ApplicationArguments args) {
		EchoAddress address = this.echo.addresses().get(0);
		this.flows.open(new FlowSpec(address.protocol(), address.host(), address.port(), TrafficType.VOICE));
	}

}
