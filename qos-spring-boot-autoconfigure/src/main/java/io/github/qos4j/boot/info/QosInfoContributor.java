package io.github.qos4j.boot.info;

import java.util.LinkedHashMap;
import java.util.Map;

import io.github.qos4j.HandleStatus;
import io.github.qos4j.QosHandle;

import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;

/**
 * {@link InfoContributor} that tells the version of this library, and for each handle its
 * backend and what that can do on this system. Thread-safe; nothing blocks.
 */
public class QosInfoContributor implements InfoContributor {

	private final Map<String, QosHandle> handles;

	private final String system;

	/**
	 * Create a contributor.
	 * @param handles the handles by the names of their beans
	 */
	public QosInfoContributor(Map<String, QosHandle> handles) {
		this(handles, System.getProperty("os.name", ""));
	}

	QosInfoContributor(Map<String, QosHandle> handles, String system) {
		this.handles = new LinkedHashMap<>(handles);
		this.system = system;
	}

	@Override
	public void contribute(Info.Builder builder) {
		Map<String, Object> details = new LinkedHashMap<>();
		String version = QosHandle.class.getPackage().getImplementationVersion();
		if (version != null) {
			details.put("version", version);
		}
		Map<String, Object> described = new LinkedHashMap<>();
		this.handles.forEach((name, handle) -> described.put(name, describe(handle)));
		details.put("handles", described);
		builder.withDetail("qos", details);
	}

	private Map<String, Object> describe(QosHandle handle) {
		Map<String, Object> details = new LinkedHashMap<>();
		HandleStatus status = handle.status();
		if (status != null) {
			// A mock tells none.
			details.put("backend", status.backend());
			details.put("capabilities", Capabilities.of(status.backend(), this.system));
		}
		return details;
	}

}
