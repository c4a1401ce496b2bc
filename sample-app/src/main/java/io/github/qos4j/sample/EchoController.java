package io.github.qos4j.sample;

import java.util.List;

import io.github.qos4j.sample.EchoServer.EchoAddress;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Tells where the echo listens.
 */
@RestController
class EchoController {

	private final EchoServer echo;

	EchoController(EchoServer echo) {
		this.echo = echo;
	}

	@GetMapping("/api/echo")
	List<EchoAddress> addresses() {
		return this.echo.addresses();
	}

}
