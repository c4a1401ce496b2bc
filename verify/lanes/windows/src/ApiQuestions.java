import java.io.IOException;
import java.net.InetAddress;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import com.sun.jna.IntegerType;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import com.sun.jna.win32.StdCallLibrary;
import io.github.qos4j.TrafficType;

/**
 * Asks the qWAVE API of this machine what its documentation leaves open, and prints the answers. Nothing here fails:
 * whatever the answer is, it is one. Nothing is sent either: UDP sockets are connected, and that is all.
 * <p>
 * Needs jna on the class path. Arguments: the IPv4 address of a peer that is not this machine,
 * 192.0.2.1 if there is none; and "stop-service" to ask last what a stopped service answers, which takes an
 * administrator.
 */
public final class ApiQuestions {

	private static final int AF_INET = 2;

	private static final int AF_INET6 = 23;

	private static final int SOCK_DGRAM = 2;

	private static final int IPPROTO_UDP = 17;

	private static final int IPPROTO_IPV6 = 41;

	private static final int IPV6_V6ONLY = 27;

	private static final int NON_ADAPTIVE = 2;

	private static final int VOICE = 4;

	private static final int PACKET_PRIORITY = 1;

	private static final int PORT = 9;

	private static final ULONG_PTR NO_SOCKET = new ULONG_PTR(0);

	private final Qwave qwave;

	private final Winsock winsock = Native.load("ws2_32", Winsock.class);

	private final byte[] peer;

	private Pointer handle;

	private ApiQuestions(Qwave qwave, byte[] peer) {
		this.qwave = qwave;
		this.peer = peer;
		this.winsock.WSAStartup((short) 0x202, new byte[512]);
	}

	public static void main(String[] args) throws Exception {
		String address = (args.length > 0) ? args[0] : "192.0.2.1";
		String library = System.getenv("SystemRoot") + "\\System32\\qwave.dll";
		answer("system", System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
				+ System.getProperty("os.arch") + ", Java " + System.getProperty("java.version"));
		answer("user", System.getProperty("user.name") + ", administrator: " + isAdministrator());
		Qwave loaded;
		try {
			loaded = Native.load(library, Qwave.class);
		}
		catch (UnsatisfiedLinkError ex) {
			answer("is the DLL there", "no: " + ex.getMessage());
			return;
		}
		ApiQuestions questions = new ApiQuestions(loaded, InetAddress.getByName(address).getAddress());
		answer("peer", address);
		questions.versions();
		if (!questions.create("may this user create a handle")) {
			return;
		}
		questions.addAlone();
		questions.duplicate();
		questions.closedSocket();
		questions.dualStack();
		questions.loopback();
		questions.twice();
		if (args.length > 1 && args[1].equals("stop-service")) {
			questions.stoppedService();
		}
		questions.closeTwice();
	}

	private void versions() {
		for (int[] version : new int[][] { { 0, 0 }, { 1, 1 }, { 2, 0 } }) {
			PointerByReference result = new PointerByReference();
			boolean created = this.qwave.QOSCreateHandle(version(version[0], version[1]), result);
			answer("create with version " + version[0] + "." + version[1], outcome(created));
			if (created) {
				this.qwave.QOSCloseHandle(result.getValue());
			}
		}
	}

	private boolean create(String question) {
		PointerByReference result = new PointerByReference();
		long start = System.nanoTime();
		boolean created = this.qwave.QOSCreateHandle(version(1, 0), result);
		String outcome = outcome(created);
		answer(question, outcome + ", after " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms");
		this.handle = result.getValue();
		return created;
	}

	private void addAlone() {
		ULONG_PTR socket = connected(AF_INET);
		int flow = add("add a connected IPv4 socket", socket);
		answer("does adding alone mark (56 would be Voice)", priority(flow));
		answer("remove it by its flow id", outcome(remove(flow)));
		this.winsock.closesocket(socket);
	}

	private void duplicate() {
		ULONG_PTR socket = connected(AF_INET);
		byte[] description = new byte[628];
		if (this.winsock.WSADuplicateSocketW(socket, (int) ProcessHandle.current().pid(), description) != 0) {
			answer("duplicate a socket", "no: " + Native.getLastError());
			return;
		}
		ULONG_PTR copy = this.winsock.WSASocketW(-1, -1, -1, description, 0, 0x81);
		int flow = add("add a duplicated socket", copy);
		answer("its marks", priority(flow));
		this.winsock.closesocket(copy);
		answer("its marks after the duplicate is closed, the original still open", priority(flow));
		answer("remove it by its flow id", outcome(remove(flow)));
		this.winsock.closesocket(socket);
	}

	private void closedSocket() {
		ULONG_PTR socket = connected(AF_INET);
		int flow = add("add a socket, to be closed before its flow", socket);
		this.winsock.closesocket(socket);
		answer("marks of a flow whose socket is closed", priority(flow));
		answer("remove a flow by its id after its socket is closed", outcome(remove(flow)));
	}

	private void dualStack() {
		ULONG_PTR socket = connected(AF_INET6);
		int flow = add("add a dual-stack socket that is connected to an IPv4 peer, as Java makes them", socket);
		answer("its marks", priority(flow));
		answer("remove it", outcome(remove(flow)));
		this.winsock.closesocket(socket);
	}

	private void loopback() {
		ULONG_PTR socket = connect(AF_INET, new byte[] { 127, 0, 0, 1 });
		int flow = add("add a socket whose peer is loopback", socket);
		if (flow != 0) {
			answer("its marks", priority(flow));
			remove(flow);
		}
		this.winsock.closesocket(socket);
	}

	private void twice() {
		ULONG_PTR socket = connected(AF_INET);
		int first = add("add a socket", socket);
		int second = add("add the same socket to a second flow", socket);
		remove(second);
		remove(first);
		answer("remove a flow twice", outcome(remove(first)));
		int next = add("add it again: is the flow id a new one (before: " + Integer.toUnsignedString(first) + ")", socket);
		remove(next);
		this.winsock.closesocket(socket);
	}

	private void stoppedService() throws IOException, InterruptedException {
		ULONG_PTR socket = connected(AF_INET);
		int flow = add("add a socket, before the service is stopped", socket);
		answer("stop the service", run("net", "stop", "QWAVE"));
		answer("service stopped: marks of a flow", priority(flow));
		add("service stopped: add a socket on the old handle", socket);
		answer("service stopped: remove a flow", outcome(remove(flow)));
		Pointer old = this.handle;
		create("service stopped: create a handle (it may start the service)");
		answer("close the old handle", outcome(this.qwave.QOSCloseHandle(old)));
		this.winsock.closesocket(socket);
	}

	private void closeTwice() {
		answer("close the handle", outcome(this.qwave.QOSCloseHandle(this.handle)));
		answer("close it a second time", outcome(this.qwave.QOSCloseHandle(this.handle)));
		answer("close null", outcome(this.qwave.QOSCloseHandle(null)));
	}

	private int add(String question, ULONG_PTR socket) {
		IntByReference flow = new IntByReference(0);
		boolean added = this.qwave.QOSAddSocketToFlow(this.handle, socket, null, VOICE, NON_ADAPTIVE, flow);
		String outcome = outcome(added);
		answer(question, outcome + ", flow id " + Integer.toUnsignedString(flow.getValue()));
		return added ? flow.getValue() : 0;
	}

	private boolean remove(int flow) {
		return this.qwave.QOSRemoveSocketFromFlow(this.handle, NO_SOCKET, flow, 0);
	}

	private String priority(int flow) {
		IntByReference size = new IntByReference(16);
		try (Memory priority = new Memory(16)) {
			boolean told = this.qwave.QOSQueryFlow(this.handle, flow, PACKET_PRIORITY, size, priority, 0, null);
			String outcome = outcome(told);
			return told ? "DSCP " + priority.getInt(0) + ", non-conformant " + priority.getInt(4) + ", 802.1p "
					+ priority.getInt(8) + ", non-conformant " + priority.getInt(12) : outcome;
		}
	}

	private ULONG_PTR connected(int family) {
		return connect(family, this.peer);
	}

	private ULONG_PTR connect(int family, byte[] target) {
		ULONG_PTR socket = this.winsock.socket(family, SOCK_DGRAM, IPPROTO_UDP);
		byte[] address = new byte[(family == AF_INET) ? 16 : 28];
		address[0] = (byte) family;
		address[3] = PORT;
		if (family == AF_INET6) {
			this.winsock.setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, new int[] { 0 }, 4);
			address[18] = (byte) 0xff;
			address[19] = (byte) 0xff;
		}
		System.arraycopy(target, 0, address, (family == AF_INET) ? 4 : 20, 4);
		if (this.winsock.connect(socket, address, address.length) != 0) {
			answer("connect to the peer", "no: " + Native.getLastError());
		}
		return socket;
	}

	/**
	 * Must be the first call after the one that it is about.
	 */
	private static String outcome(boolean success) {
		int code = Native.getLastError();
		return success ? "yes" : "no: " + code;
	}

	private static String isAdministrator() {
		return Native.load("shell32", Shell.class).IsUserAnAdmin() ? "yes" : "no";
	}

	private static String run(String... command) throws IOException, InterruptedException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start();
		return process.waitFor(60, TimeUnit.SECONDS) ? "exit code " + process.exitValue() : "no answer";
	}

	private static byte[] version(int major, int minor) {
		return new byte[] { (byte) major, 0, (byte) minor, 0 };
	}

	private static void answer(String question, String answer) {
		System.out.println(String.format(Locale.ROOT, "%-78s %s", question, answer));
	}

	/**
	 * An unsigned integer as wide as a pointer.
	 */
	public static final class ULONG_PTR extends IntegerType {

		private static final long serialVersionUID = 1L;

		public ULONG_PTR() {
			this(0);
		}

		public ULONG_PTR(long value) {
			super(Native.POINTER_SIZE, value, true);
		}

	}

	/**
	 * Functions of shell32.dll.
	 */
	public interface Shell extends StdCallLibrary {

		boolean IsUserAnAdmin();

	}

	/**
	 * Functions of qwave.dll.
	 */
	public interface Qwave extends StdCallLibrary {

		boolean QOSCreateHandle(byte[] Version, PointerByReference QOSHandle);

		boolean QOSCloseHandle(Pointer QOSHandle);

		boolean QOSAddSocketToFlow(Pointer QOSHandle, ULONG_PTR Socket, Pointer DestAddr, int TrafficType, int Flags,
				IntByReference FlowId);

		boolean QOSRemoveSocketFromFlow(Pointer QOSHandle, ULONG_PTR Socket, int FlowId, int Flags);

		boolean QOSQueryFlow(Pointer QOSHandle, int FlowId, int Operation, IntByReference Size, Pointer Buffer, int Flags,
				Pointer Overlapped);

	}

	/**
	 * Functions of ws2_32.dll.
	 */
	public interface Winsock extends StdCallLibrary {

		int WSAStartup(short wVersionRequired, byte[] lpWSAData);

		ULONG_PTR socket(int af, int type, int protocol);

		int connect(ULONG_PTR s, byte[] name, int namelen);

		int setsockopt(ULONG_PTR s, int level, int optname, int[] optval, int optlen);

		int closesocket(ULONG_PTR s);

		int WSADuplicateSocketW(ULONG_PTR s, int dwProcessId, byte[] lpProtocolInfo);

		ULONG_PTR WSASocketW(int af, int type, int protocol, byte[] lpProtocolInfo, int g, int dwFlags);

	}

}
