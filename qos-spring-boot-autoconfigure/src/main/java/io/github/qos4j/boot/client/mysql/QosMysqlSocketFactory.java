package io.github.qos4j.boot.client.mysql;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;

import com.mysql.cj.conf.PropertySet;
import com.mysql.cj.conf.RuntimeProperty;
import com.mysql.cj.protocol.StandardSocketFactory;
import io.github.qos4j.policy.QosSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Creates the sockets of MySQL's driver, marked right before they connect; TLS runs over
 * these. The driver takes the name of this class:
 * {@code jdbc:mysql://db/app?socketFactory=io.github.qos4j.boot.client.mysql.QosMysqlSocketFactory&qosPolicy=background}.
 * Without {@code qosPolicy} the policy is the one that matches.
 *
 * @see QosSocketFactory
 */
public class QosMysqlSocketFactory extends StandardSocketFactory {

	private static final String POLICY = "qosPolicy";

	@Override
	protected Socket createSocket(PropertySet properties) {
		// The driver passes on what it does not know.
		RuntimeProperty<String> policy = properties.getStringProperty(POLICY);
		return createSocket((policy != null) ? policy.getValue() : null);
	}

	private static Socket createSocket(@Nullable String policy) {
		try {
			return new QosSocketFactory(policy).createSocket();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
