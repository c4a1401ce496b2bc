package matrix;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/**
 * Calls a peer with the client that Spring Boot has configured.
 */
@RestController
@ConditionalOnProperty("matrix.client")
class CallController {

	private final RestClient client;

	CallController(RestClient.Builder builder) {
		this.client = builder.build();
	}

	@GetMapping("/call")
	String call(@RequestParam("url") String url) {
		return this.client.get().uri(url).retrieve().body(String.class);
	}

}
