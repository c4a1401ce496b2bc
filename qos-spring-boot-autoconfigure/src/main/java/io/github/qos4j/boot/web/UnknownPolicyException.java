package io.github.qos4j.boot.web;

/**
 * A {@link QosTraffic} names a policy that there is not.
 */
public class UnknownPolicyException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	/**
	 * The name that no policy has.
	 */
	private final String policy;

	UnknownPolicyException(String message, String policy, Throwable cause) {
		super(message, cause);
		this.policy = policy;
	}

	/**
	 * Return the name that no policy has.
	 * @return the name
	 */
	public String policy() {
		return this.policy;
	}

}
