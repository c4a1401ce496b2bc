package io.github.qos4j.boot.policy;

/**
 * A policy has a path that is no pattern, or that another policy has as well.
 */
public class InvalidPathException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	/**
	 * The name of the policy.
	 */
	private final String policy;

	/**
	 * Which of its paths it is, from 0.
	 */
	private final int index;

	InvalidPathException(String message, String policy, int index) {
		super(message);
		this.policy = policy;
		this.index = index;
	}

	/**
	 * Return the name of the policy.
	 * @return the name
	 */
	public String policy() {
		return this.policy;
	}

	/**
	 * Return which of its paths it is.
	 * @return the index, from 0
	 */
	public int index() {
		return this.index;
	}

}
