package io.github.qos4j.internal.socket;

import org.jspecify.annotations.Nullable;

/**
 * What a flow asks of one of its sockets, and its place among the claims on the same
 * socket. All that is not final is guarded by the socket's record.
 */
abstract class Claim {

	final MarkedSocket socket;

	Request request;

	@Nullable Claim older;

	@Nullable Claim newer;

	Claim(MarkedSocket socket, Request request) {
		this.socket = socket;
		this.request = request;
	}

	/**
	 * Return the flow that claims.
	 */
	abstract SocketFlow flow();

	/**
	 * The claim of a flow on another socket than its first.
	 */
	static final class Further extends Claim {

		private final SocketFlow flow;

		Further(MarkedSocket socket, Request request, SocketFlow flow) {
			super(socket, request);
			this.flow = flow;
		}

		@Override
		SocketFlow flow() {
			return this.flow;
		}

	}

}
