package io.github.qos4j.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ByteChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.http.HttpStatus;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.web.server.ResponseStatusException;

/**
 * Opens sockets, marks them through the {@link QosHandle}, and lets them send.
 */
@Service
class FlowService implements AutoCloseable {

	static final int MAX_FLOWS = 100;

	private static final int CONNECT_TIMEOUT_MILLIS = 2000;

	private static final Logger logger = LoggerFactory.getLogger(FlowService.class);

	private final QosHandle qos;

	private final List<SendingFlow> flows = new CopyOnWriteArrayList<>();

	private final Semaphore free = new Semaphore(MAX_FLOWS);

	private final AtomicLong lastId = new AtomicLong();

	FlowService(QosHandle qos) {
		this.qos = qos;
	}

	/**
	 * Open a socket, mark it, connect it and begin to send.
	 * @param spec where to and what
	 * @return the flow
	 * @throws ResponseStatusException if that is not possible
	 */
	FlowView open(FlowSpec spec) {
		InetSocketAddress peer = new InetSocketAddress(resolve(spec.host()), spec.port());
		if (!this.free.tryAcquire()) {
			throw new ResponseStatusException(HttpStatus.CONFLICT,
					"There are " + MAX_FLOWS + " flows already, and no more are allowed; delete one first");
		}
		SendingFlow flow;
		try {
			flow = connect(spec, peer);
		}
		catch (RuntimeException ex) {
			this.free.release();
			throw ex;
		}
		this.flows.add(flow);
		logger.info("Flow {} sends {}", flow.id(), spec);
		return flow.view();
	}

	private SendingFlow connect(FlowSpec spec, InetSocketAddress peer) {
		try {
			return switch (spec.protocol()) {
				case UDP -> connect(spec, DatagramChannel.open(), (channel) -> channel.connect(peer));
				case TCP -> connect(spec, SocketChannel.open(),
						(channel) -> channel.socket().connect(peer, CONNECT_TIMEOUT_MILLIS));
			};
		}
		catch (SocketTimeoutException ex) {
			throw unreachable(HttpStatus.GATEWAY_TIMEOUT, spec, "no answer within " + CONNECT_TIMEOUT_MILLIS + " ms",
					ex);
		}
		catch (IOException ex) {
			throw unreachable(HttpStatus.BAD_GATEWAY, spec, ex.getMessage(), ex);
		}
	}

	private <C extends SelectableChannel & NetworkChannel & ByteChannel> SendingFlow connect(FlowSpec spec, C channel,
			Connect<C> connect) throws IOException {
		QosFlow flow = null;
		try {
			// Before connecting, so that the very first packet is marked where the system
			// can do that.
			flow = this.qos.addFlow(channel, spec.trafficType());
			connect.connect(channel);
			channel.configureBlocking(false);
			String local = format((InetSocketAddress) channel.getLocalAddress());
			return new SendingFlow(Long.toString(this.lastId.incrementAndGet()), spec, local, channel, flow);
		}
		catch (IOException | RuntimeException ex) {
			if (flow != null) {
				flow.close();
			}
			channel.close();
			throw ex;
		}
	}

	List<FlowView> list() {
		return this.flows.stream().map(SendingFlow::view).toList();
	}

	FlowView get(String id) {
		return find(id).view();
	}

	/**
	 * Close a flow. Its socket goes on sending for a while, unmarked.
	 * @param id the flow's name
	 * @return the flow
	 * @throws ResponseStatusException if there is no such flow
	 */
	FlowView close(String id) {
		SendingFlow flow = find(id);
		flow.unmark();
		return flow.view();
	}

	@Scheduled(fixedRate = 1000 / SendingFlow.TICKS_PER_SECOND)
	void tick() {
		for (SendingFlow flow : this.flows) {
			if (!flow.tick()) {
				this.flows.remove(flow);
				this.free.release();
			}
		}
	}

	/**
	 * Close all sockets. Spring does this before it closes the handle, which is injected
	 * here.
	 */
	@Override
	public void close() {
		this.flows.forEach(SendingFlow::close);
		this.flows.clear();
	}

	private SendingFlow find(String id) {
		return this.flows.stream()
			.filter((flow) -> flow.id().equals(id))
			.findFirst()
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no flow '" + id + "'"));
	}

	private static InetAddress resolve(String host) {
		try {
			return InetAddress.getByName(host);
		}
		catch (UnknownHostException ex) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
					"'host' must be a name that can be resolved or an address but was '" + host + "'", ex);
		}
	}

	private static ResponseStatusException unreachable(HttpStatus status, FlowSpec spec, @Nullable String why,
			IOException ex) {
		return new ResponseStatusException(status, "'host' " + spec.host() + " cannot be reached on " + spec.protocol()
				+ " port " + spec.port() + ": " + why, ex);
	}

	private static String format(InetSocketAddress address) {
		// Java writes out every zero of an IPv6 address.
		String host = address.getAddress().getHostAddress().replaceFirst("(^|:)0(:0)+(:|$)", "::");
		return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
	}

	/**
	 * Connects a channel.
	 */
	private interface Connect<C> {

		void connect(C channel) throws IOException;

	}

}
