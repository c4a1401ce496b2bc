package io.github.qos4j;

import io.github.qos4j.NativeSocket.Kind;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link QosSocket} with sockets that are no Java sockets.
 */
class QosSocketTests {

	@Test
	void nativeSocketTellsItsKindAndAddresses() {
		FakeNativeSocket stream = new FakeNativeSocket(Kind.STREAM);
		QosSocket socket = QosSocket.of(stream);
		assertThat(socket.get()).isSameAs(stream);
		assertThat(socket.isStream()).isTrue();
		assertThat(socket.isListener()).isFalse();
		assertThat(socket.isBound()).isTrue();
		assertThat(socket.isConnected()).isTrue();
		assertThat(socket.remoteAddress()).isEqualTo(stream.remoteAddress());
		assertThat(socket).hasToString("tcp /192.0.2.2:1234 -> /192.0.2.1:443");
		assertThat(QosSocket.of(new FakeNativeSocket(Kind.LISTENER)).isListener()).isTrue();
		assertThat(QosSocket.of(new FakeNativeSocket(Kind.DATAGRAM)).isStream()).isFalse();
	}

	@Test
	void nativeSocketIsOpenAsLongAsItSays() {
		FakeNativeSocket stream = new FakeNativeSocket(Kind.STREAM);
		QosSocket socket = QosSocket.of(stream);
		assertThat(socket.isOpen()).isTrue();
		stream.open = false;
		assertThat(socket.isOpen()).isFalse();
		assertThatIllegalArgumentException().isThrownBy(() -> QosSocket.of(stream))
			.withMessage("'socket' must be open");
	}

}
