package io.github.qos4j.boot.endpoint;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowException;
import io.github.qos4j.QosSocket;
import io.github.qos4j.boot.text.AddressesInText;
import io.github.qos4j.boot.text.FailureFacts;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.Sanitizer;

/**
 * Shows addresses to somebody, or hides them, as Spring Boot does with values of
 * properties.
 */
final class Addresses {

	private static final String LOCAL = "qos.flow.local-address";

	private static final String REMOTE = "qos.flow.remote-address";

	private static final String POLICY = "qos.policy.remote-address";

	private static final String PROBE = "qos.probe.peer-address";

	private final Sanitizer sanitizer;

	private final boolean shown;

	Addresses(Sanitizer sanitizer, boolean shown) {
		this.sanitizer = sanitizer;
		this.shown = shown;
	}

	/**
	 * Return whether addresses are shown unless a function of the application's hides
	 * them.
	 */
	boolean areShown() {
		return this.shown;
	}

	@Nullable String local(QosSocket socket) {
		return sanitize(LOCAL, address(socket::localAddress));
	}

	@Nullable String remote(QosSocket socket) {
		return sanitize(REMOTE, address(() -> {
			InetSocketAddress destination = socket.destination();
			return (destination != null) ? destination : socket.remoteAddress();
		}));
	}

	String ofPolicy(String address) {
		return String.valueOf(sanitize(POLICY, address));
	}

	String probed(String address) {
		return String.valueOf(sanitize(PROBE, address));
	}

	/**
	 * Return a sentence about a failure. Where its addresses are hidden, the facts of the
	 * failure take the place of its message.
	 * @param text the sentence, which may have the failure's message in it
	 */
	@Nullable String hideIn(@Nullable String text, @Nullable QosException failure) {
		String message = (failure != null) ? failure.getMessage() : null;
		if (text == null || failure == null || message == null || message.isEmpty()) {
			return hideIn(text, "");
		}
		String about = (failure instanceof QosFlowException ofFlow) ? ofFlow.socket() : message;
		return hideIn(about.equals(hide(about)) ? text : text.replace(message, FailureFacts.of(failure)), about);
	}

	/**
	 * Return a text without the addresses of a socket, nor others.
	 * @param text the text, which may be anybody's
	 */
	@Nullable String hideIn(@Nullable String text, QosSocket socket) {
		return (text != null) ? hideIn(text, description(socket)) : null;
	}

	/**
	 * Return a text without the addresses that are hidden.
	 * @param text the text, which may be anybody's
	 * @param about a text that tells the names of hosts, see {@link AddressesInText}
	 */
	@Nullable String hideIn(@Nullable String text, String about) {
		return (text != null) ? AddressesInText.replace(text, about, this::hide) : null;
	}

	/**
	 * Hide an address of which nobody knows whose it is.
	 */
	private String hide(String address) {
		return Stream.of(LOCAL, REMOTE, PROBE)
			.map((key) -> String.valueOf(sanitize(key, address)))
			.filter((sanitized) -> !sanitized.equals(address))
			.findFirst()
			.orElse(address);
	}

	private @Nullable String sanitize(String key, @Nullable String value) {
		Object sanitized = this.sanitizer.sanitize(new SanitizableData(null, key, value), this.shown);
		return (sanitized != null) ? sanitized.toString() : null;
	}

	private static String description(QosSocket socket) {
		try {
			return socket.toString();
		}
		catch (RuntimeException ex) {
			// An application's own kind of socket.
			return "";
		}
	}

	private static @Nullable String address(Supplier<@Nullable SocketAddress> question) {
		try {
			SocketAddress address = question.get();
			return (address != null) ? text(address) : null;
		}
		catch (RuntimeException ex) {
			// An application's own kind of socket.
			return null;
		}
	}

	/**
	 * Return an address as in a URL: {@code 192.0.2.1:5004}, {@code [2001:db8::1]:5004}.
	 */
	static String text(SocketAddress address) {
		if (!(address instanceof InetSocketAddress internet)) {
			return address.toString();
		}
		String host = internet.isUnresolved() ? internet.getHostString() : internet.getAddress().getHostAddress();
		return ((host.indexOf(':') >= 0) ? "[" + host + "]" : host) + ":" + internet.getPort();
	}

}
