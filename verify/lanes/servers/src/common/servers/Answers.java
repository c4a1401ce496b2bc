package servers;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Answers without a mark of their own, unless a policy has their path.
 */
@RestController
class Answers {

	static final byte[] SMALL = "small".getBytes();

	static final byte[] PAGE = new byte[300_000];

	static final byte[] BIG = new byte[10 << 20];

	@GetMapping("/small")
	byte[] small() {
		return SMALL;
	}

	@GetMapping("/page")
	byte[] page() {
		return PAGE;
	}

	@GetMapping("/big")
	byte[] big() {
		return BIG;
	}

	@GetMapping("/path/big")
	byte[] bigByPath() {
		return BIG;
	}

}
