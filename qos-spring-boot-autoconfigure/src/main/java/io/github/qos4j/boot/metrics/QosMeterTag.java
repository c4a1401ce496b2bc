package io.github.qos4j.boot.metrics;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Tag;

/**
 * Tags of the meters {@code qos.*}. The values of each are few, and never an address.
 */
public enum QosMeterTag implements KeyName {

	/**
	 * Name of the handle's bean.
	 */
	HANDLE("handle", "name of the handle's bean"),

	/**
	 * Name of the backend.
	 */
	BACKEND("backend", "`qwave`, `socket`, `recording`, `none`, or a backend of your own"),

	/**
	 * State of the handle or of flows.
	 */
	STATE("state",
			"of flows `ACTIVE`, `PENDING`, `FAILED`; of handles `OPENING`, `OPEN`, `RECOVERING`, `UNAVAILABLE`, "
					+ "`CLOSED`"),

	/**
	 * Traffic type that was asked for.
	 */
	TRAFFIC_TYPE("traffic.type",
			"what was asked for: `best-effort`, `background`, `excellent-effort`, `audio-video`, `voice`, `control`"),

	/**
	 * Name of the policy that a flow follows.
	 */
	POLICY("policy", "name of the policy that the flow follows, or `none` where code has added it"),

	/**
	 * Operation on the system.
	 */
	OPERATION("operation",
			"`open`, `close`, `add-flow`, `join-flow`, `set-flow`, `remove-flow`, `query-flow`, `notify-flow`, "
					+ "`enumerate-flows`, `start-tracking`, `stop-tracking`, `check`"),

	/**
	 * How the operation ended.
	 */
	OUTCOME("outcome", "`success` or `error`"),

	/**
	 * Symbol of the error.
	 */
	ERROR("error",
			"the system's symbol, such as `ERROR_NOT_SUPPORTED` or `EPERM`; for what has none the kind of failure, such "
					+ "as `LIBRARY`; `none` for a success");

	private final String key;

	private final String description;

	QosMeterTag(String key, String description) {
		this.key = key;
		this.description = description;
	}

	@Override
	public String asString() {
		return this.key;
	}

	/**
	 * Return what the tag tells.
	 * @return a phrase in Markdown
	 */
	public String description() {
		return this.description;
	}

	Tag of(String value) {
		return Tag.of(this.key, value);
	}

}
