package io.github.qos4j.internal.socket;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;

/**
 * Duplicates of what was a socket when its number was read, and a file when that was
 * duplicated. Closing any descriptor of a file ends all POSIX locks that the process
 * holds on it, a {@link java.nio.channels.FileLock} among them. So a duplicate of a file
 * is closed only while nobody can have such a lock: while another description of the file
 * has a lock of its own (Linux 3.15), which goes with the last descriptor of that
 * description, after the POSIX locks would have gone. Until then it stays open, and for a
 * second in any case: who has just opened a file may be about to lock it, and should not
 * find it locked. What this process may not write to, a device and a directory stay open.
 *
 * @see <a href=
 * "https://man7.org/linux/man-pages/man2/fcntl_locking.2.html">F_OFD_SETLK</a>
 */
final class StrayDuplicates {

	private static final int F_OFD_GETLK = 36;

	private static final int F_OFD_SETLK = 37;

	private static final short F_WRLCK = 1;

	private static final short F_UNLCK = 2;

	private static final int O_WRONLY = 1;

	private static final int O_NONBLOCK = 0x800;

	private static final int O_CLOEXEC = 0x80000;

	/** The size of a {@code struct flock} of 64 bits. */
	private static final int FLOCK_SIZE = 32;

	private static final int NONE = -1;

	private static final long SOON = 1_000_000_000;

	private final SocketCalls calls;

	/** As {@link System#nanoTime()}. */
	private final LongSupplier clock;

	private final List<Stray> strays = new ArrayList<>(0);

	/** Whether there are any, so that usually nothing is locked to find out. */
	private volatile boolean any;

	StrayDuplicates(SocketCalls calls, LongSupplier clock) {
		this.calls = calls;
		this.clock = clock;
	}

	/**
	 * Take over a duplicate, to be closed once that does no harm. One of a pipe, say, is
	 * closed at once: nothing of the JDK locks these, and whoever reads from it may wait
	 * for its end.
	 */
	synchronized void add(int duplicate) {
		Stray stray = new Stray(duplicate);
		if (stray.isFile()) {
			this.strays.add(stray);
			this.any = true;
		}
		else {
			close(duplicate);
		}
	}

	/**
	 * Close those that can be closed by now. Does not wait.
	 */
	void closeSome() {
		if (!this.any) {
			return;
		}
		synchronized (this) {
			this.strays.removeIf(Stray::close);
			this.any = !this.strays.isEmpty();
		}
	}

	private void close(int descriptor) {
		try {
			this.calls.close(descriptor);
		}
		catch (LastErrorException ex) {
			// Closed all the same.
		}
	}

	/**
	 * A duplicate that is open.
	 */
	private final class Stray {

		private final int duplicate;

		private final long since = StrayDuplicates.this.clock.getAsLong();

		/** A descriptor of another description of the same file. */
		private int other = NONE;

		Stray(int duplicate) {
			this.duplicate = duplicate;
		}

		/**
		 * Close it, unless a lock could go with it.
		 * @return whether it is closed
		 */
		boolean close() {
			if (StrayDuplicates.this.clock.getAsLong() - this.since < SOON) {
				return false;
			}
			try {
				// Others are left alone: to open a device may do something.
				return Files.isRegularFile(link()) && closeFile();
			}
			catch (LastErrorException ex) {
				return false;
			}
		}

		private Path link() {
			return Path.of("/proc/self/fd", String.valueOf(this.duplicate));
		}

		/**
		 * Return whether it leads to something that has a path.
		 */
		boolean isFile() {
			try {
				return Files.readSymbolicLink(link()).isAbsolute();
			}
			catch (IOException ex) {
				return true;
			}
		}

		private boolean closeFile() {
			SocketCalls system = StrayDuplicates.this.calls;
			if (lock(this.duplicate, F_OFD_GETLK) != F_UNLCK) {
				return false;
			}
			if (this.other == NONE) {
				// Cannot be closed either without the lock, so it is kept if it has none.
				this.other = system.open((link() + "\0").getBytes(StandardCharsets.US_ASCII),
						O_WRONLY | O_NONBLOCK | O_CLOEXEC);
			}
			lock(this.other, F_OFD_SETLK);
			StrayDuplicates.this.close(this.duplicate);
			StrayDuplicates.this.close(this.other);
			return true;
		}

		/**
		 * Ask for a lock on the whole file.
		 * @return the type of lock that is in the way, or {@code F_UNLCK}
		 * @throws LastErrorException if it cannot be had
		 */
		private short lock(int descriptor, int command) {
			try (Memory flock = new Memory(FLOCK_SIZE)) {
				flock.clear();
				flock.setShort(0, F_WRLCK);
				StrayDuplicates.this.calls.fcntl(descriptor, command, flock);
				return flock.getShort(0);
			}
		}

	}

}
