package io.github.qos4j.internal.qwave;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import com.sun.jna.win32.StdCallLibrary;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.internal.qwave.WindowsTypes.OVERLAPPED;
import io.github.qos4j.internal.qwave.WindowsTypes.ULONG_PTR;
import io.github.qos4j.internal.util.Threads;
import org.jspecify.annotations.Nullable;

/**
 * Collects what pending calls come to: all of the process over one completion port, with
 * one thread that exists while a session uses it. Events would need a thread for every 64
 * calls. Thread-safe.
 *
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/fileio/i-o-completion-ports">I/O Completion
 * Ports</a>
 */
final class CompletionPort {

	private final Kernel kernel;

	private final ThreadFactory threads;

	/**
	 * Calls whose packets have not come, by the addresses of their OVERLAPPED. Their
	 * memory is the system's until then, so it is held here, for ever if need be.
	 */
	private final Map<Pointer, Operation> operations = new HashMap<>();

	private @Nullable Pointer port;

	private @Nullable Thread thread;

	private int sessions;

	private long strays;

	CompletionPort(Kernel kernel) {
		this(kernel, (task) -> Threads.daemon("qos-completions", task));
	}

	CompletionPort(Kernel kernel, ThreadFactory threads) {
		this.kernel = kernel;
		this.threads = threads;
	}

	/**
	 * Have the packets of a handle come here.
	 * @throws QosException if the system refuses; to be called again then
	 */
	synchronized void attach(Pointer handle) {
		if (this.port == null) {
			this.port = associate(Kernel.INVALID_HANDLE_VALUE, null);
		}
		// First, since a handle can be attached only once.
		startCollecting(this.port);
		try {
			associate(handle, this.port);
			this.sessions++;
		}
		finally {
			endIfUnused();
		}
	}

	private void startCollecting(Pointer from) {
		if (this.thread != null && this.thread.isAlive()) {
			return;
		}
		Thread started = this.threads.newThread(() -> collect(from));
		try {
			started.start();
		}
		catch (OutOfMemoryError ex) {
			throw new QosException(ErrorCase.RESOURCES, "The handle cannot tell of conditions: " + ex.getMessage(),
					"Let this process have more threads", ex);
		}
		this.thread = started;
	}

	private Pointer associate(Pointer handle, @Nullable Pointer existing) {
		Pointer result = this.kernel.CreateIoCompletionPort(handle, existing, new ULONG_PTR(0), 0);
		if (result == null) {
			QosException failure = new QosException(Win32Error.of("CreateIoCompletionPort", Native.getLastError()));
			throw new QosException(ErrorCase.NOT_SUPPORTED,
					"The handle cannot tell of conditions: " + failure.getMessage(), null, failure);
		}
		return result;
	}

	/**
	 * A handle is closed. With the last one the thread ends.
	 */
	synchronized void detach() {
		this.sessions--;
		endIfUnused();
	}

	private void endIfUnused() {
		if (this.sessions == 0 && this.thread != null && this.port != null) {
			this.thread = null;
			wake(this.port);
		}
	}

	/**
	 * Prepare a call.
	 * @param completion told of its error code, or 0, exactly once; never throws
	 * @return the call, to be {@link #forget forgotten} if no packet can come of it
	 */
	synchronized Operation begin(IntConsumer completion) {
		Operation operation = new Operation(completion);
		this.operations.put(operation.overlapped(), operation);
		return operation;
	}

	/**
	 * Free the memory of a call that was refused.
	 */
	synchronized void forget(Operation operation) {
		this.operations.remove(operation.overlapped());
	}

	/**
	 * Wait for the packets of calls.
	 */
	synchronized void await(Collection<Operation> calls, long millis) {
		long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
		boolean interrupted = false;
		while (calls.stream().anyMatch((call) -> this.operations.get(call.overlapped()) == call)) {
			long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
			if (left <= 0) {
				break;
			}
			try {
				wait(left);
			}
			catch (InterruptedException ex) {
				interrupted = true;
				break;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Return how many calls have not had their packets.
	 */
	synchronized int outstanding() {
		return this.operations.size();
	}

	/**
	 * Return how many packets have come that were not for us.
	 */
	synchronized long strays() {
		return this.strays;
	}

	private void collect(Pointer from) {
		IntByReference bytes = new IntByReference();
		PointerByReference key = new PointerByReference();
		PointerByReference overlapped = new PointerByReference();
		while (true) {
			overlapped.setValue(null);
			boolean success = this.kernel.GetQueuedCompletionStatus(from, bytes, key, overlapped, Kernel.INFINITE);
			int code = success ? 0 : Native.getLastError();
			Pointer address = overlapped.getValue();
			if (address != null) {
				completed(address, code);
			}
			else if (!success || !isNeeded(from)) {
				return;
			}
		}
	}

	private void wake(Pointer waiting) {
		this.kernel.PostQueuedCompletionStatus(waiting, 0, new ULONG_PTR(0), null);
	}

	private synchronized boolean isNeeded(Pointer from) {
		if (this.thread != Thread.currentThread()) {
			return false;
		}
		// It was the one before this that was to wake up.
		wake(from);
		LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
		return true;
	}

	private void completed(Pointer address, int code) {
		Operation operation;
		synchronized (this) {
			operation = this.operations.remove(address);
			this.strays += (operation == null) ? 1 : 0;
			notifyAll();
		}
		if (operation != null) {
			operation.complete(code);
		}
	}

	/**
	 * A pending call and its memory.
	 */
	static final class Operation {

		private static final int OVERLAPPED_SIZE = new OVERLAPPED().size();

		/** The OVERLAPPED, then a UINT64 as buffer, then a ULONG for its size. */
		private final Memory memory = new Memory(OVERLAPPED_SIZE + Long.BYTES + Integer.BYTES);

		private @Nullable IntConsumer completion;

		private Operation(IntConsumer completion) {
			this.memory.clear();
			this.completion = completion;
		}

		Pointer overlapped() {
			return this.memory;
		}

		/**
		 * Return the buffer with a value in it.
		 */
		Pointer buffer(long value) {
			this.memory.setLong(OVERLAPPED_SIZE, value);
			return this.memory.share(OVERLAPPED_SIZE);
		}

		/**
		 * Return the size of the buffer.
		 */
		Pointer size() {
			this.memory.setInt(OVERLAPPED_SIZE + Long.BYTES, Long.BYTES);
			return this.memory.share(OVERLAPPED_SIZE + Long.BYTES);
		}

		/**
		 * Tell what the call has come to, unless that was told before.
		 */
		void complete(int code) {
			IntConsumer told;
			synchronized (this) {
				told = this.completion;
				this.completion = null;
			}
			if (told != null) {
				told.accept(code);
			}
		}

		synchronized boolean isOver() {
			return this.completion == null;
		}

	}

	/**
	 * Functions of {@code kernel32.dll}.
	 */
	interface Kernel extends StdCallLibrary {

		/**
		 * CreateIoCompletionPort: no handle. All ones, not only in 32 bits as JNA makes
		 * of an int.
		 */
		Pointer INVALID_HANDLE_VALUE = Pointer.createConstant(-1L);

		/** GetQueuedCompletionStatus: wait for ever. */
		int INFINITE = -1;

		/**
		 * Create a port, or have the packets of a handle come to one.
		 */
		@Nullable Pointer CreateIoCompletionPort(Pointer FileHandle, @Nullable Pointer ExistingCompletionPort,
				ULONG_PTR CompletionKey, int NumberOfConcurrentThreads);

		/**
		 * Wait for a packet. Without success but with an OVERLAPPED, that call has
		 * failed.
		 */
		boolean GetQueuedCompletionStatus(Pointer CompletionPort, IntByReference lpNumberOfBytesTransferred,
				PointerByReference lpCompletionKey, PointerByReference lpOverlapped, int dwMilliseconds);

		/**
		 * Send a packet of one's own.
		 */
		boolean PostQueuedCompletionStatus(Pointer CompletionPort, int dwNumberOfBytesTransferred,
				ULONG_PTR dwCompletionKey, @Nullable Pointer lpOverlapped);

	}

}
