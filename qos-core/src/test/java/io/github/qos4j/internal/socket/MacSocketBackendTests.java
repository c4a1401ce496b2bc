package io.github.qos4j.internal.socket;

import io.github.qos4j.Dscp;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosBackendContractTests;
import io.github.qos4j.internal.jdk.Descriptors;
import io.github.qos4j.internal.socket.SocketOptions.Family;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Tests for {@link SocketBackend} on macOS, with real sockets, whose options are read
 * natively.
 */
@EnabledOnOs(OS.MAC)
class MacSocketBackendTests extends QosBackendContractTests {

	@Override
	protected boolean marksNativeSockets() {
		return false;
	}

	@Override
	protected QosBackend backend() {
		return new SocketBackend();
	}

	@Override
	protected Dscp inForce(Object socket) {
		MacSocketOptions options = new MacSocketOptions(new LibC());
		return Descriptors.lend(Descriptors.ownerOf(socket), (descriptor) -> SocketMarks.read(options, descriptor))
			.dscp(Family.IPV6);
	}

}
