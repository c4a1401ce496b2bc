import java.time.Duration;

import com.sun.jna.NativeLibrary;
import io.github.qos4j.QosException;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosUnavailableException;

/**
 * Opens a handle, closes it, and prints what became of it. With the argument "naive" it loads qwave.dll as a program does that knows of no danger.
 */
public final class LoadProbe {

	private LoadProbe() {
	}

	public static void main(String[] args) {
		if (args.length > 0) {
			NativeLibrary.getInstance("qwave").getFunction("QOSCreateHandle");
			return;
		}
		QosHandle handle = QosHandle.builder().backend("qwave").build();
		try (handle) {
			handle.awaitOpen(Duration.ofSeconds(20));
			System.out.println(handle.state());
		}
		catch (QosUnavailableException ex) {
			System.out.println(ex.getMessage());
		}
		QosException error = handle.status().error();
		System.out.println(handle.state() + ((error != null) ? ", " + error.errorCase() + ", " + error.getMessage() : ""));
	}

}
