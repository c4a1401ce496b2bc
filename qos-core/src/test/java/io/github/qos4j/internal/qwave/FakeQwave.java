package io.github.qos4j.internal.qwave;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.platform.win32.BaseTSD.ULONG_PTR;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;

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

	private final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();

	private final List<String> hanging = new CopyOnWriteArrayList<>();

	private final Map<Pointer, Set<Integer>> handles = new HashMap<>();

	private final Set<Pointer> closed = new HashSet<>();

	private final Set<Pointer> asleep = new HashSet<>();

	private int priority = 56;

	private int lastHandle;

	private int lastFlow;

	/**
	 * Make a function fail from now on.
	 * @param function its name
	 * @param code the error code, or 0 to let it succeed again
	 */
	public void fail(String function, int code) {
		this.failures.put(function, code);
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
		return this.handles.values().stream().mapToInt(Set::size).sum();
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
			this.handles.put(handle, new HashSet<>());
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
				return fail(6);
			}
			if (TrafficType < 0 || TrafficType > 5 || (Flags & ~2) != 0 || Socket.longValue() <= 0) {
				return fail(87);
			}
			FlowId.setValue(++this.lastFlow);
			this.handles.get(QOSHandle).add(this.lastFlow);
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
				return fail(6);
			}
			return this.handles.get(QOSHandle).remove(FlowId) || fail(1168);
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
			return (isOpen(QOSHandle) || fail(6)) && (this.handles.get(QOSHandle).contains(FlowId) || fail(1168));
		}
	}

	@Override
	public boolean QOSQueryFlow(Pointer QOSHandle, int FlowId, int Operation, IntByReference Size, Pointer Buffer,
			int Flags, Pointer Overlapped) {
		if (!enter("QOSQueryFlow", name(QOSHandle), "flow " + FlowId, "operation " + Operation,
				"size " + Size.getValue())) {
			return false;
		}
		synchronized (this) {
			if (!isOpen(QOSHandle)) {
				return fail(6);
			}
			if (Operation != 1 || Size.getValue() != 16) {
				return fail(87);
			}
			Buffer.setInt(0, this.priority);
			return this.handles.get(QOSHandle).contains(FlowId) || fail(1168);
		}
	}

	/**
	 * Do as standby does: kill all handles and their flows, and tell nobody.
	 */
	public synchronized void sleep() {
		this.asleep.addAll(this.handles.keySet());
		this.handles.values().forEach(Set::clear);
	}

	/**
	 * Set the DSCP that queries answer.
	 * @param dscp the DSCP
	 */
	public synchronized void priority(int dscp) {
		this.priority = dscp;
	}

	private boolean enter(String function, String... arguments) {
		this.calls.add(function + "(" + String.join(", ", arguments) + ")");
		waitAt(function);
		if (Thread.interrupted()) {
			this.misuse.add(function + " was interrupted");
		}
		int code = this.failures.getOrDefault(function, 0);
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

}
