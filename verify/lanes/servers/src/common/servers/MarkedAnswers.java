package servers;

import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.web.QosTraffic;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Answers with marks of their own. Only where there is the policy that one of them names.
 */
@RestController
@ConditionalOnProperty("qos.policies.bulk.dscp")
@QosTraffic(TrafficType.BACKGROUND)
class MarkedAnswers {

	@GetMapping("/type/big")
	byte[] bigByController() {
		return Answers.BIG;
	}

	@GetMapping("/named/big")
	@QosTraffic(policy = "bulk")
	byte[] bigByPolicy() {
		return Answers.BIG;
	}

	@GetMapping("/path/named/big")
	@QosTraffic(policy = "bulk")
	byte[] bigByPath() {
		return Answers.BIG;
	}

}
