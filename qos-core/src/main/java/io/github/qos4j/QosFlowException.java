package io.github.qos4j;

/**
 * A flow could not be put in force. The connection goes on without it.
 */
public class QosFlowException extends QosException {

	private static final long serialVersionUID = 1L;

	private final QosFlowOptions options;

	private final String socket;

	/**
	 * Create an exception that reports why a flow failed.
	 * @param socket the socket, in words
	 * @param options what the flow asked for
	 * @param cause the failure, whose facts are taken over
	 */
	public QosFlowException(String socket, QosFlowOptions options, QosException cause) {
		super(cause.getMessage() + " for " + options.trafficType() + " on " + socket, cause);
		this.socket = socket;
		this.options = options;
	}

	/**
	 * Return what the flow asked for.
	 * @return the options
	 */
	public QosFlowOptions options() {
		return this.options;
	}

	/**
	 * Return the socket in words, {@code udp 127.0.0.1:5004 -> 127.0.0.1:40000} for
	 * example.
	 * @return the socket
	 */
	public String socket() {
		return this.socket;
	}

}
