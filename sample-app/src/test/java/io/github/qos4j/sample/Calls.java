package io.github.qos4j.sample;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;

import org.springframework.stereotype.Service;

@Service
class Calls {

	private final QosHandle qos;

	Calls(QosHandle qos) {
		this.qos = qos;
	}

	void call(SocketAddress peer, ByteBuffer packet) throws IOException {
		try (DatagramChannel channel = DatagramChannel.open();
				QosFlow flow = this.qos.addFlow(channel, TrafficType.VOICE)) {
			channel.connect(peer);
			channel.write(packet);
		}
	}

}
