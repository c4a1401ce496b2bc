package io.github.qos4j.sample;

import io.github.qos4j.recording.RecordingBackend;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Loses what the backend {@code recording} has, so that one can watch it heal.
 */
@RestController
class RecordingController {

	private final ObjectProvider<RecordingBackend> recording;

	RecordingController(ObjectProvider<RecordingBackend> recording) {
		this.recording = recording;
	}

	// JSON alone: a browser asks before it sends that for a page from elsewhere.
	@PostMapping(path = "/api/recording/lose", consumes = MediaType.APPLICATION_JSON_VALUE)
	@ResponseStatus(HttpStatus.ACCEPTED)
	void lose() {
		RecordingBackend backend = this.recording.getIfAvailable();
		if (backend == null) {
			throw new ResponseStatusException(HttpStatus.NOT_FOUND,
					"Only the backend 'recording' can be lost on purpose: start with --qos.backend=recording");
		}
		backend.lose();
	}

}
