package io.github.qos4j.internal.qwave;

import java.io.File;
import java.util.List;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.win32.StdCallLibrary;

import io.github.qos4j.internal.jdk.NativeAccess;
import io.github.qos4j.internal.qwave.WindowsTypes.ULONG_PTR;

/**
 * The libraries of Windows that this backend calls, loaded from the system directory.
 *
 * @param qwave {@code qwave.dll}
 * @param sockets lends sockets
 * @param completions collects what pending calls come to
 * @param services asks for the state of the service
 * @param events tells what happens to the system
 */
record WindowsLibraries(Qwave qwave, SocketLender sockets, CompletionPort completions, ServiceControl services,
		SystemEvents events) {

	/**
	 * Load the libraries.
	 * @throws UnsatisfiedLinkError if one is missing or incomplete
	 */
	static WindowsLibraries load() {
		Winsock winsock = load("ws2_32.dll", Winsock.class);
		NativeAccess.verify((descriptor) -> localPort(winsock, descriptor));
		int processId = (int) ProcessHandle.current().pid();
		CompletionPort completions = new CompletionPort(load("kernel32.dll", CompletionPort.Kernel.class));
		return new WindowsLibraries(QwaveLibrary.load(qwaveDll()), new DuplicateLender(winsock, processId), completions,
				loadServices(), loadEvents());
	}

	static ServiceControl loadServices() {
		return new ServiceControl(load("advapi32.dll", ServiceControl.Advapi32.class));
	}

	private static SystemEvents loadEvents() {
		return new SystemEvents(List.of(new PowerEvents(() -> load("powrprof.dll", PowerEvents.PowrProf.class)),
				new NetworkEvents(() -> load("iphlpapi.dll", NetworkEvents.IpHlpApi.class))));
	}

	static File qwaveDll() {
		return new File(systemDirectory(), "qwave.dll");
	}

	/**
	 * Load a library by its absolute path. By its name alone, JNA would first look in the
	 * working directory, on the class path and wherever its properties point, where
	 * anybody might have put one.
	 */
	private static <T extends StdCallLibrary> T load(String name, Class<T> type) {
		return Native.load(new File(systemDirectory(), name).getPath(), type);
	}

	private static File systemDirectory() {
		char[] path = new char[260];
		int length = NativeLibrary.getInstance("kernel32")
			.getFunction("GetSystemDirectoryW", Function.ALT_CONVENTION)
			.invokeInt(new Object[] { path, path.length });
		return new File(new String(path, 0, length));
	}

	private static int localPort(Winsock winsock, int descriptor) {
		byte[] address = new byte[128];
		if (winsock.getsockname(new ULONG_PTR(Integer.toUnsignedLong(descriptor)), address,
				new int[] { address.length }) != 0) {
			return -1;
		}
		return ((address[2] & 0xff) << 8) | (address[3] & 0xff);
	}

}
