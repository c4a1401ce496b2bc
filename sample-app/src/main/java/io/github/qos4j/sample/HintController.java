package io.github.qos4j.sample;

import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Server-sent events that say when it is worth to look again.
 */
@RestController
class HintController {

	private final Hints hints;

	HintController(Hints hints) {
		this.hints = hints;
	}

	@GetMapping(path = "/api/hints", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	SseEmitter hints() {
		return this.hints.open();
	}

}
