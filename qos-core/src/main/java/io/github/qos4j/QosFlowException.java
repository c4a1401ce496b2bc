package io.github.qos4j;

/**
 * A flow could not be put in force, or a request about it failed. The connection itself
 * is not affected. Serializable, including its options.
 */
public class QosFlowException extends QosException {

	private static final long serialVersionUID = 1L;

	/**
	 * The options of the flow.
	 */
	private final QosFlowOptions options;

	/**
	 * A description of the flow's socket.
	 */
	private final String socket;

	/**
	 * Create an exception for a failed flow.
	 * @param socket a description of the flow's socket
	 * @param options the options of the flow
	 * @param cause the original failure, whose facts are taken over
	 */
	public QosFlowException(String socket, QosFlowOptions options, QosException cause) {
		super(cause.getMessage() + " for " + options.trafficType() + " on " + socket, cause);
		this.socket = socket;
		this.options = options;
	}

	/**
	 * Return the options of the flow.
	 * @return the options
	 */
	public QosFlowOptions options() {
		return this.options;
	}

	/**
	 * Return a description of the flow's socket, for example
	 * {@code udp /127.0.0.1:5004 -> /127.0.0.1:40000}.
	 * @return the description
	 */
	public String socket() {
		return this.socket;
	}

}
