package io.github.qos4j.sample;

import java.net.URI;
import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/**
 * The flows of this application.
 */
@RestController
@RequestMapping("/api/flows")
class FlowController {

	private static final String EXAMPLE = """
			{"protocol":"udp","host":"127.0.0.1","port":5004,"trafficType":"VOICE"}""";

	private final FlowService flows;

	FlowController(FlowService flows) {
		this.flows = flows;
	}

	@PostMapping
	ResponseEntity<FlowView> open(@RequestBody FlowRequest request) {
		FlowView flow = this.flows.open(request.toSpec());
		URI location = ServletUriComponentsBuilder.fromCurrentRequest().pathSegment(flow.id()).build().toUri();
		return ResponseEntity.created(location).body(flow);
	}

	@GetMapping
	List<FlowView> list() {
		return this.flows.list();
	}

	@GetMapping("/{id}")
	FlowView get(@PathVariable String id) {
		return this.flows.get(id);
	}

	@DeleteMapping("/{id}")
	FlowView close(@PathVariable String id) {
		return this.flows.close(id);
	}

	@ExceptionHandler
	ProblemDetail unreadable(HttpMessageNotReadableException ex) {
		String field = field(ex.getCause());
		return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST,
				((field != null) ? "'" + field + "' has a wrong value: " : "") + "the request must be JSON like "
						+ EXAMPLE);
	}

	private static @Nullable String field(@Nullable Throwable cause) {
		if (cause instanceof JacksonException json && !json.getPath().isEmpty()) {
			return json.getPath().get(0).getPropertyName();
		}
		return null;
	}

}
