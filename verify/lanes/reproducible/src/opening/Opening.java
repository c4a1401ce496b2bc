package opening;

import java.net.DatagramSocket;
import java.time.Duration;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;

/** Opens a handle in a named module, marks a socket, and prints the module, the backend and the mark. */
public final class Opening {

	private Opening() {
	}

	/**
	 * Run the program.
	 * @param args none
	 * @throws Exception on any failure
	 */
	public static void main(String[] args) throws Exception {
		try (QosHandle handle = QosHandle.builder().build(); DatagramSocket socket = new DatagramSocket()) {
			handle.awaitOpen(Duration.ofSeconds(30));
			try (QosFlow flow = handle.addFlow(socket, TrafficType.VOICE)) {
				System.out.println(QosHandle.class.getModule().getName() + ";" + handle.status().backend() + ";"
						+ flow.marking().applied());
			}
		}
	}

}
