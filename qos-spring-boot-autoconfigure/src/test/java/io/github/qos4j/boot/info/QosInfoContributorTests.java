package io.github.qos4j.boot.info;

import java.util.Map;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.StubHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.actuate.info.Info;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link QosInfoContributor}.
 */
class QosInfoContributorTests {

	@ParameterizedTest
	@CsvSource(delimiter = ';', textBlock = """
			qwave;  Windows 11; yes;                                with the rights;  yes; no;        adaptive flows
			socket; Linux;      yes;                                yes;              TCP; yes;       TCP
			socket; Mac OS X;   all but IPv4 on dual-stack sockets; yes;              no;  not known; no
			none;   Linux;      no;                                 no;               no;  no;        no
			""")
	void tellsWhatCanBeDone(String backend, String system, String marks, String dscp, String rates, String listeners,
			String path) {
		Map<String, Map<String, Object>> handles = handles(new StubHandle().backend(backend), system);
		assertThat(handles).containsOnlyKeys("own");
		assertThat(handles.get("own")).containsEntry("backend", backend);
		@SuppressWarnings("unchecked")
		Map<String, String> capabilities = (Map<String, String>) handles.get("own").get("capabilities");
		assertThat(capabilities)
			.containsOnlyKeys("marks", "ownDscp", "rates", "listeners", "singleDatagrams", "pathFigures",
					"processSockets", "probe")
			.containsEntry("marks", marks)
			.containsEntry("listeners", listeners)
			.containsEntry("pathFigures", path);
		assertThat(capabilities.get("ownDscp")).startsWith(dscp);
		assertThat(capabilities.get("rates")).startsWith(rates);
	}

	@Test
	void knowsNothingOfOtherBackends() {
		assertThat(handles(new StubHandle().backend("own"), "Linux").get("own")).containsEntry("capabilities",
				Map.of());
	}

	@Test
	void takesMocks() {
		assertThat(handles(mock(), "Linux").get("own")).isEmpty();
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Map<String, Object>> handles(QosHandle handle, String system) {
		Info.Builder builder = new Info.Builder();
		new QosInfoContributor(Map.of("own", handle), system).contribute(builder);
		Map<String, Object> qos = (Map<String, Object>) builder.build().getDetails().get("qos");
		return (Map<String, Map<String, Object>>) qos.get("handles");
	}

}
