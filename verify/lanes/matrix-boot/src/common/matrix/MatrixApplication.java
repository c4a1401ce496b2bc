package matrix;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import io.github.qos4j.FlowState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/**
 * What a user of the starter writes, with any Spring Boot: a flow of voice, beside what
 * properties alone do.
 */
@SpringBootApplication
public class MatrixApplication {

	/** A channel that nobody refers to any longer is closed, and its flow with it. */
	private static final List<Object> open = new ArrayList<>();

	public static void main(String[] arguments) {
		SpringApplication.run(MatrixApplication.class, arguments);
	}

	@Bean
	CommandLineRunner call(ObjectProvider<QosHandle> handles) {
		return (arguments) -> {
			QosHandle handle = handles.getIfAvailable();
			if (handle == null) {
				System.out.println("RUNS " + SpringBootVersion.getVersion() + " no handle");
			}
			else {
				int port = Integer.getInteger("matrix.voice", 9);
				System.out.println("RUNS " + SpringBootVersion.getVersion() + " " + voice(handle, port));
			}
			if (Boolean.getBoolean("matrix.stay")) {
				// Not on this thread: an application is ready once its runners have returned.
				new Thread(() -> LockSupport.parkNanos(Long.MAX_VALUE)).start();
			}
		};
	}

	@Bean
	@ConditionalOnProperty("matrix.inject")
	String name(QosHandle handle) {
		return handle.name();
	}

	/**
	 * Sends a datagram within a flow that stays open, and returns what the flow says.
	 */
	@SuppressWarnings("resource")
	private static String voice(QosHandle handle, int port) throws Exception {
		DatagramChannel channel = DatagramChannel.open();
		channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
		QosFlow flow = handle.addFlow(channel, TrafficType.VOICE);
		open.addAll(List.of(channel, flow));
		for (int wait = 0; flow.status().state() != FlowState.ACTIVE && wait < 200; wait++) {
			Thread.sleep(50);
		}
		channel.write(ByteBuffer.wrap("voice".getBytes()));
		return flow.status().state() + " " + flow.marking().applied();
	}

}
