package io.github.qos4j.policy;

/**
 * Two policies are for the same connections and neither is more specific, or have the
 * same name.
 */
public class ConflictingPoliciesException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	/**
	 * The name of one policy.
	 */
	private final String first;

	/**
	 * The name of the other.
	 */
	private final String second;

	ConflictingPoliciesException(String message, QosPolicy first, QosPolicy second) {
		super(message);
		this.first = first.name();
		this.second = second.name();
	}

	/**
	 * Return the name of the first policy.
	 * @return the name
	 */
	public String first() {
		return this.first;
	}

	/**
	 * Return the name of the second policy.
	 * @return the name
	 */
	public String second() {
		return this.second;
	}

}
