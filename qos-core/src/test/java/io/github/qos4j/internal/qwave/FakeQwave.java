package io.github.qos4j.internal.qwave;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.qwave.WindowsTypes.ULONG_PTR;

/**
 * {@code qwave.dll} in memory: validates its arguments as the vendor documents, fails and
 * hangs as told, and keeps book of every call.
 */
public class FakeQwave implements Qwave {

	/** Every call with its arguments, in order. */
	public final List<String> calls = new CopyOnWriteArrayList<>();

	/** What no caller may do. */
	public final List<String> misuse = new CopyOnWriteArrayList<>();

	private final Map<String, Integer> failures = new ConcurrentHashMap<>();

	/** Failures of the next calls, by function. */
	private final Map<String, Queue<Integer>> nextFailures = new ConcurrentHashMap<>();

	/** Failures of QOSQueryFlow, by flow. */
	private final Map<Integer, Integer> queryFailures = new ConcurrentHashMap<>();

	private final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();

	private final List<String> hanging = new CopyOnWriteArrayList<>();

	/** Open handles and their flows. */
	private final Map<Pointer, Map<Integer, Flow>> handles = new HashMap<>();

	/** The first flow of each handle, with which a session looks whether it lives. */
	private final Map<Pointer, Integer> canaries = new HashMap<>();

	/** Ids of all other flows, in order. */
	private final List<Integer> applicationFlows = new ArrayList<>();

	/** Calls of QOSNotifyFlow that have not completed, by their OVERLAPPED. */
	private final Map<Pointer, Notification> pending = new LinkedHashMap<>();

	private final Set<InetAddress> tracked = new LinkedHashSet<>();

	/** Collects the packets of what was pending. */
	public final FakeKernel kernel = new FakeKernel();

	/** By how many flows the list grows whenever it is asked for. */
	public volatile int growth;

	/** Whether nothing that is pending ever completes. */
	public volatile boolean neverCompletes;

	/** Whether a notification completes at once. */
	public volatile boolean completesAtOnce;

	/** What queries answer about paths; all unset if {@code null}. */
	public volatile long[] fundamentals;

	private int foreign;

	private final Set<Pointer> closed = new HashSet<>();

	private final Set<Pointer> asleep = new HashSet<>();

	/** What a dead handle answers. */
	private int death = 6;

	/** What a policy makes of every DSCP, or -1. */
	private int policy = -1;

	private boolean sleepsAtNextCheck;

	private boolean keepsBook = true;

	private int lastHandle;

	private int lastFlow;

	/**
	 * Return one that keeps no book of its calls, for very many of them.
	 */
	public static FakeQwave withoutBook() {
		FakeQwave qwave = new FakeQwave();
		qwave.keepsBook = false;
		return qwave;
	}

	/**
	 * Make a function fail from now on.
	 * @param function its name
	 * @param code the error code, or 0 to let it succeed again
	 */
	public void fail(String function, int code) {
		this.failures.put(function, code);
	}

	/**
	 * Make the next calls of a function fail, whatever it does otherwise.
	 * @param function its name
	 * @param codes their error codes
	 */
	public void failNext(String function, Integer... codes) {
		this.nextFailures.put(function, new ConcurrentLinkedQueue<>(List.of(codes)));
	}

	/**
	 * Make queries of one flow fail from now on.
	 * @param flow the flow's id
	 * @param code the error code
	 */
	public void failQueries(int flow, int code) {
		this.queryFailures.put(flow, code);
	}

	/**
	 * Make a function hang until the returned latch is released.
	 * @param function its name
	 * @return the latch
	 */
	public CountDownLatch hang(String function) {
		CountDownLatch gate = new CountDownLatch(1);
		this.gates.put(function, gate);
		return gate;
	}

	/**
	 * Let further calls of a function pass; those that hang go on hanging.
	 * @param function its name
	 */
	public void pass(String function) {
		this.gates.remove(function);
	}

	/**
	 * Return how many calls of a function hang.
	 * @param function its name
	 */
	public long hanging(String function) {
		return this.hanging.stream().filter(function::equals).count();
	}

	/**
	 * Return how many handles have been created.
	 */
	public synchronized int created() {
		return this.lastHandle;
	}

	/**
	 * Return how many handles are open.
	 */
	public synchronized int open() {
		return this.handles.size();
	}

	/**
	 * Return how many flows there are.
	 */
	public synchronized int flows() {
		return this.handles.values().stream().mapToInt(Map::size).sum();
	}

	/**
	 * Return how many flows there are beside the canaries.
	 */
	synchronized int applicationFlows() {
		return (int) this.handles.values()
			.stream()
			.flatMap((flows) -> flows.keySet().stream())
			.filter(this.applicationFlows::contains)
			.count();
	}

	/**
	 * Return the clients that are tracked.
	 */
	public synchronized Set<InetAddress> tracked() {
		return Set.copyOf(this.tracked);
	}

	@Override
	public boolean QOSCreateHandle(Qos2.QOS_VERSION Version, PointerByReference QOSHandle) {
		if (!enter("QOSCreateHandle", Version.MajorVersion + "." + Version.MinorVersion)) {
			return false;
		}
		synchronized (this) {
			if (Version.MajorVersion != 1 || Version.MinorVersion != 0) {
				return fail(87);
			}
			Pointer handle = Pointer.createConstant(++this.lastHandle * 16);
			this.handles.put(handle, new HashMap<>());
			QOSHandle.setValue(handle);
			return true;
		}
	}

	@Override
	public boolean QOSCloseHandle(Pointer QOSHandle) {
		boolean told = enter("QOSCloseHandle", name(QOSHandle));
		synchronized (this) {
			if (this.closed.contains(QOSHandle)) {
				this.misuse.add("handle " + name(QOSHandle) + " closed twice");
			}
			else if (this.handles.remove(QOSHandle) == null) {
				this.misuse.add("handle " + name(QOSHandle) + " closed, which never was");
			}
			this.closed.add(QOSHandle);
			long left = this.pending.values().stream().filter((one) -> one.handle.equals(QOSHandle)).count();
			if (left > 0 && !this.neverCompletes && !this.asleep.contains(QOSHandle)) {
				this.misuse.add("handle " + name(QOSHandle) + " closed with " + left + " pending");
			}
			List.copyOf(this.pending.entrySet())
				.stream()
				.filter((entry) -> entry.getValue().handle.equals(QOSHandle))
				.forEach((entry) -> complete(entry.getKey(), 995));
			return told;
		}
	}

	@Override
	public boolean QOSAddSocketToFlow(Pointer QOSHandle, ULONG_PTR Socket, Pointer DestAddr, int TrafficType, int Flags,
			IntByReference FlowId) {
		if (!enter("QOSAddSocketToFlow", name(QOSHandle), "type " + TrafficType, "flags " + Flags,
				"destination " + DestAddr, "flow " + FlowId.getValue())) {
			return false;
		}
		synchronized (this) {
			if (!isOpen(QOSHandle)) {
				return fail(this.death);
			}
			if (TrafficType < 0 || TrafficType > 5 || (Flags & ~2) != 0 || Socket.longValue() <= 0) {
				return fail(87);
			}
			Map<Integer, Flow> flows = this.handles.get(QOSHandle);
			int id = FlowId.getValue();
			if (id != 0) {
				Flow joined = flows.get(id);
				if (joined == null || joined.adaptive || Flags == 0) {
					return fail(87);
				}
				joined.members++;
				return true;
			}
			FlowId.setValue(++this.lastFlow);
			if (this.canaries.putIfAbsent(QOSHandle, this.lastFlow) != null && this.keepsBook) {
				this.applicationFlows.add(this.lastFlow);
			}
			flows.put(this.lastFlow, new Flow(TrafficType, Flags == 0));
			return true;
		}
	}

	@Override
	public boolean QOSRemoveSocketFromFlow(Pointer QOSHandle, ULONG_PTR Socket, int FlowId, int Flags) {
		if (!enter("QOSRemoveSocketFromFlow", name(QOSHandle), "socket " + Socket.longValue(), "flow " + FlowId,
				"flags " + Flags)) {
			return false;
		}
		synchronized (this) {
			if (!isOpen(QOSHandle)) {
				return fail(this.death);
			}
			return this.handles.get(QOSHandle).remove(FlowId) != null || fail(1168);
		}
	}

	@Override
	public boolean QOSSetFlow(Pointer QOSHandle, int FlowId, int Operation, int Size, Pointer Buffer, int Flags,
			Pointer Overlapped) {
		if (!enter("QOSSetFlow", name(QOSHandle), "flow " + FlowId, "operation " + Operation, "size " + Size,
				"value " + Buffer.getInt(0))) {
			return false;
		}
		synchronized (this) {
			Flow flow = flow(QOSHandle, FlowId);
			if (flow == null) {
				return false;
			}
			if (Flags != 0 || Size != ((Operation == 1) ? 16 : 4)) {
				return fail(87);
			}
			int value = Buffer.getInt(0);
			switch (Operation) {
				case 0 -> {
					flow.type = value;
					flow.dscp = -1;
				}
				case 1 -> {
					flow.rate = Buffer.getLong(0);
					flow.shaping = Buffer.getInt(8);
					flow.reason = Buffer.getInt(12);
				}
				case 2 -> flow.dscp = value;
				default -> {
					return fail(87);
				}
			}
			return flow.dscp < 0 || !flow.adaptive || fail(50);
		}
	}

	@Override
	public boolean QOSQueryFlow(Pointer QOSHandle, int FlowId, int Operation, IntByReference Size, Pointer Buffer,
			int Flags, Pointer Overlapped) {
		if (!enter("QOSQueryFlow", name(QOSHandle), "flow " + FlowId, "operation " + Operation,
				"size " + Size.getValue(), "flags " + Flags)) {
			return false;
		}
		synchronized (this) {
			if (this.sleepsAtNextCheck && this.applicationFlows.contains(FlowId)) {
				this.sleepsAtNextCheck = false;
				sleep();
			}
			Flow flow = flow(QOSHandle, FlowId);
			if (flow == null) {
				return false;
			}
			int told = this.queryFailures.getOrDefault(FlowId, 0);
			if (told != 0) {
				return fail(told);
			}
			int[] sizes = { 40, 16, 8 };
			if (Operation < 0 || Operation > 2 || Flags != 0 && Operation != 0) {
				return fail(87);
			}
			if (Size.getValue() < sizes[Operation]) {
				Size.setValue(sizes[Operation]);
				return fail(122);
			}
			Size.setValue(sizes[Operation]);
			switch (Operation) {
				case 0 -> {
					return (flow.adaptive || fail(50)) && answer(Buffer);
				}
				case 1 -> Buffer.setInt(0, (this.policy >= 0) ? this.policy : flow.mark());
				default -> {
					Buffer.setLong(0, flow.rate);
					return flow.rate != 0 || fail(232);
				}
			}
			return true;
		}
	}

	private boolean answer(Pointer buffer) {
		buffer.clear(40);
		long[] known = this.fundamentals;
		if (known != null) {
			buffer.setInt(0, 1);
			buffer.setLong(8, known[0]);
			buffer.setInt(16, 1);
			buffer.setLong(24, known[1]);
			buffer.setInt(32, 1);
			buffer.setInt(36, (int) known[2]);
		}
		return true;
	}

	@Override
	public boolean QOSNotifyFlow(Pointer QOSHandle, int FlowId, int Operation, Pointer Size, Pointer Buffer, int Flags,
			Pointer Overlapped) {
		if (!enter("QOSNotifyFlow", name(QOSHandle), "flow " + FlowId, "operation " + Operation,
				"size " + ((Size != null) ? Size.getInt(0) : 0), "target " + ((Buffer != null) ? Buffer.getLong(0) : 0),
				"flags " + Flags)) {
			return false;
		}
		synchronized (this) {
			Flow flow = flow(QOSHandle, FlowId);
			if (flow == null) {
				return false;
			}
			if (!flow.adaptive) {
				return fail(50);
			}
			if (Overlapped == null) {
				this.misuse.add("QOSNotifyFlow without OVERLAPPED blocks");
			}
			boolean available = Operation == 2;
			if (Flags != 0 || (Size != null) != available || (Buffer != null) != available
					|| available && (Size.getInt(0) != 8 || Buffer.getLong(0) <= flow.rate)) {
				return fail(87);
			}
			Notification notification = new Notification(QOSHandle, FlowId, Operation);
			if (this.pending.containsValue(notification)) {
				return fail(183);
			}
			// By its address alone: whoever owns the memory has to keep it.
			this.pending.put(new Pointer(Pointer.nativeValue(Overlapped)), notification);
			if (this.completesAtOnce) {
				complete(Overlapped, 0);
				return true;
			}
			return fail(997);
		}
	}

	/**
	 * Complete what is pending.
	 * @param operation the kind of notification
	 * @param code the error code, or 0
	 * @return how many there were
	 */
	public synchronized int complete(int operation, int code) {
		List<Pointer> those = this.pending.entrySet()
			.stream()
			.filter((entry) -> entry.getValue().operation == operation)
			.map(Map.Entry::getKey)
			.collect(Collectors.toCollection(ArrayList::new));
		// In another order than they came.
		Collections.reverse(those);
		those.forEach((overlapped) -> complete(overlapped, code));
		return those.size();
	}

	/**
	 * Return how many notifications are pending.
	 */
	public synchronized int pending() {
		return this.pending.size();
	}

	private void complete(Pointer overlapped, int code) {
		if (!this.neverCompletes) {
			this.pending.remove(overlapped);
			// The system writes there, so it had better be there still.
			overlapped.setPointer(0, Pointer.createConstant(code));
			this.kernel.packets.add(new FakeKernel.Packet(overlapped, code));
		}
	}

	@Override
	public boolean QOSCancel(Pointer QOSHandle, Pointer Overlapped) {
		if (!enter("QOSCancel", name(QOSHandle))) {
			return false;
		}
		synchronized (this) {
			if (!isOpen(QOSHandle)) {
				return fail(this.death);
			}
			if (!this.pending.containsKey(Overlapped)) {
				return fail(1168);
			}
			complete(Overlapped, 995);
			return true;
		}
	}

	@Override
	public boolean QOSEnumerateFlows(Pointer QOSHandle, IntByReference Size, Pointer Buffer) {
		if (!enter("QOSEnumerateFlows", name(QOSHandle), "size " + Size.getValue())) {
			return false;
		}
		synchronized (this) {
			if (!isOpen(QOSHandle)) {
				return fail(this.death);
			}
			this.foreign += this.growth;
			List<Integer> ids = new ArrayList<>();
			this.handles.values().forEach((flows) -> ids.addAll(flows.keySet()));
			for (int i = 0; i < this.foreign; i++) {
				ids.add(-2 - i);
			}
			int needed = 4 * ids.size();
			boolean fits = Size.getValue() >= needed;
			Size.setValue(needed);
			if (!fits) {
				return fail(122);
			}
			for (int i = 0; i < ids.size(); i++) {
				Buffer.setInt(4L * i, ids.get(i));
			}
			return true;
		}
	}

	@Override
	public boolean QOSStartTrackingClient(Pointer QOSHandle, Pointer DestAddr, int Flags) {
		InetAddress client = address(DestAddr);
		if (!enter("QOSStartTrackingClient", name(QOSHandle), "client " + client.getHostAddress(), "flags " + Flags)) {
			return false;
		}
		synchronized (this) {
			return (isOpen(QOSHandle) || fail(this.death)) && (this.tracked.add(client) || true);
		}
	}

	@Override
	public boolean QOSStopTrackingClient(Pointer QOSHandle, Pointer DestAddr, int Flags) {
		InetAddress client = address(DestAddr);
		if (!enter("QOSStopTrackingClient", name(QOSHandle), "client " + client.getHostAddress(), "flags " + Flags)) {
			return false;
		}
		synchronized (this) {
			if (!isOpen(QOSHandle)) {
				return fail(this.death);
			}
			if (!this.tracked.remove(client)) {
				this.misuse.add(client + " was not tracked");
			}
			return true;
		}
	}

	private static InetAddress address(Pointer sockaddr) {
		try {
			return switch (sockaddr.getShort(0)) {
				case 2 -> InetAddress.getByAddress(sockaddr.getByteArray(4, 4));
				case 23 -> InetAddress.getByAddress(sockaddr.getByteArray(8, 16));
				default -> throw new IllegalStateException("family " + sockaddr.getShort(0));
			};
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Do as standby does: kill all handles and their flows, and tell nobody.
	 */
	public synchronized void sleep() {
		this.asleep.addAll(this.handles.keySet());
		this.handles.values().forEach(Map::clear);
		this.tracked.clear();
	}

	/**
	 * {@link #sleep()} when an application's flow is asked for next, after the canary has
	 * answered.
	 */
	public synchronized void sleepAtNextCheck() {
		this.sleepsAtNextCheck = true;
	}

	/**
	 * Do as a service that is started again: kill all handles and their flows.
	 * @param code what dead handles answer from now on
	 */
	public synchronized void restart(int code) {
		this.death = code;
		sleep();
	}

	/**
	 * Set what a policy makes of every DSCP.
	 * @param dscp the DSCP
	 */
	public synchronized void priority(int dscp) {
		this.policy = dscp;
	}

	private boolean enter(String function, String... arguments) {
		if (this.keepsBook) {
			this.calls.add(function + "(" + String.join(", ", arguments) + ")");
		}
		waitAt(function);
		if (Thread.interrupted()) {
			this.misuse.add(function + " was interrupted");
		}
		Queue<Integer> next = this.nextFailures.get(function);
		Integer told = (next != null) ? next.poll() : null;
		int code = (told != null) ? told : this.failures.getOrDefault(function, 0);
		return code == 0 || fail(code);
	}

	/**
	 * Hang if a function shall hang. No interrupt ends a native call.
	 */
	void waitAt(String function) {
		CountDownLatch gate = this.gates.get(function);
		if (gate == null) {
			return;
		}
		this.hanging.add(function);
		boolean interrupted = false;
		while (gate.getCount() > 0) {
			try {
				gate.await();
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		this.hanging.remove(function);
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	private Flow flow(Pointer handle, int id) {
		if (!isOpen(handle)) {
			fail(this.death);
			return null;
		}
		Flow flow = this.handles.get(handle).get(id);
		if (flow == null) {
			fail(1168);
		}
		return flow;
	}

	/**
	 * Return a flow.
	 * @param id its id
	 */
	synchronized Flow flow(int id) {
		return this.handles.values()
			.stream()
			.filter((flows) -> flows.containsKey(id))
			.map((flows) -> flows.get(id))
			.findFirst()
			.orElseThrow();
	}

	/**
	 * Return a flow of an application.
	 * @param number 1 for the first that was added beside the canaries
	 */
	synchronized Flow applicationFlow(int number) {
		return flow(applicationFlowId(number));
	}

	/**
	 * Return the id of a flow of an application.
	 * @param number 1 for the first that was added beside the canaries
	 */
	synchronized int applicationFlowId(int number) {
		return this.applicationFlows.get(number - 1);
	}

	private boolean isOpen(Pointer handle) {
		if (this.closed.contains(handle)) {
			this.misuse.add("handle " + name(handle) + " used after close");
		}
		return this.handles.containsKey(handle) && !this.asleep.contains(handle);
	}

	private static boolean fail(int code) {
		Native.setLastError(code);
		return false;
	}

	private static String name(Pointer handle) {
		return (handle != null) ? "handle " + Pointer.nativeValue(handle) / 16 : "null";
	}

	/**
	 * A flow.
	 */
	static final class Flow {

		final boolean adaptive;

		int type;

		int dscp = -1;

		long rate;

		int shaping;

		int reason;

		int members = 1;

		Flow(int type, boolean adaptive) {
			this.type = type;
			this.adaptive = adaptive;
		}

		int mark() {
			if (this.adaptive && this.rate == 0) {
				return 0;
			}
			return (this.dscp >= 0) ? this.dscp : new int[] { 0, 8, 40, 40, 56, 56 }[this.type];
		}

	}

	private record Notification(Pointer handle, int flow, int operation) {

	}

	/**
	 * A completion port in memory.
	 */
	public static final class FakeKernel implements CompletionPort.Kernel {

		final BlockingQueue<Packet> packets = new LinkedBlockingQueue<>();

		final AtomicInteger attached = new AtomicInteger();

		volatile boolean refuses;

		volatile boolean refusesHandles;

		@Override
		public Pointer CreateIoCompletionPort(Pointer FileHandle, Pointer ExistingCompletionPort,
				ULONG_PTR CompletionKey, int NumberOfConcurrentThreads) {
			if (this.refuses || this.refusesHandles && ExistingCompletionPort != null) {
				Native.setLastError(87);
				return null;
			}
			if (ExistingCompletionPort == null && Pointer.nativeValue(FileHandle) != -1) {
				// What is no INVALID_HANDLE_VALUE has to be a handle.
				Native.setLastError(6);
				return null;
			}
			this.attached.addAndGet((ExistingCompletionPort != null) ? 1 : 0);
			return Pointer.createConstant(4096);
		}

		@Override
		public boolean GetQueuedCompletionStatus(Pointer CompletionPort, IntByReference lpNumberOfBytesTransferred,
				PointerByReference lpCompletionKey, PointerByReference lpOverlapped, int dwMilliseconds) {
			try {
				Packet packet = this.packets.take();
				lpOverlapped.setValue(packet.overlapped);
				Native.setLastError(packet.code);
				return packet.code == 0;
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return false;
			}
		}

		@Override
		public boolean PostQueuedCompletionStatus(Pointer CompletionPort, int dwNumberOfBytesTransferred,
				ULONG_PTR dwCompletionKey, Pointer lpOverlapped) {
			return this.packets.add(new Packet(lpOverlapped, 0));
		}

		record Packet(Pointer overlapped, int code) {

		}

	}

}
