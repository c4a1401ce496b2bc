package io.github.qos4j.sample;

import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.web.QosTraffic;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Answers what may take its time.
 */
@RestController
class ReportController {

	@GetMapping("/report")
	@QosTraffic(TrafficType.BACKGROUND)
	String report() {
		return "\"report\"";
	}

}
