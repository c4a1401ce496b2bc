package io.github.qos4j.internal.qwave;

import com.sun.jna.IntegerType;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import org.jspecify.annotations.Nullable;

/**
 * Types of Windows itself that JNA has none for.
 */
interface WindowsTypes {

	/**
	 * An unsigned integer as wide as a pointer: a SOCKET, for example.
	 */
	final class ULONG_PTR extends IntegerType {

		private static final long serialVersionUID = 1L;

		/**
		 * Create a zero.
		 */
		public ULONG_PTR() {
			this(0);
		}

		/**
		 * Create a number.
		 */
		public ULONG_PTR(long value) {
			super(Native.POINTER_SIZE, value, true);
		}

	}

	/**
	 * What identifies a pending call.
	 *
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-overlapped">OVERLAPPED</a>
	 */
	@FieldOrder({ "Internal", "InternalHigh", "Offset", "OffsetHigh", "hEvent" })
	final class OVERLAPPED extends Structure {

		/** Belongs to the system. */
		public ULONG_PTR Internal = new ULONG_PTR();

		/** Belongs to the system. */
		public ULONG_PTR InternalHigh = new ULONG_PTR();

		/** DWORD: a position in a file. */
		public int Offset;

		/** DWORD: the position's upper half. */
		public int OffsetHigh;

		/** An event, or none. */
		public @Nullable Pointer hEvent;

	}

}
