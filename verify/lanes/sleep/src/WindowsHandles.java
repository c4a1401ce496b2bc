import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;

/**
 * Counts the handles of this process. {@code GetProcessHandleCount} answers 0 under Wine, so that the list of all
 * handles of the system has to be read.
 */
final class WindowsHandles {

	private static final int SYSTEM_HANDLE_INFORMATION = 16;

	/** Offset of the first entry of SYSTEM_HANDLE_INFORMATION, for 64 bits. */
	private static final int HEAD = 8;

	/** Size of an entry, which begins with the id of a process. */
	private static final int ENTRY = 24;

	private static final int MOST_ENTRIES = 1 << 17;

	private WindowsHandles() {
	}

	static int count() {
		int process = function("kernel32", "GetCurrentProcessId").invokeInt(new Object[0]);
		try (Memory list = new Memory(HEAD + (long) ENTRY * MOST_ENTRIES)) {
			int status = function("ntdll", "NtQuerySystemInformation")
				.invokeInt(new Object[] { SYSTEM_HANDLE_INFORMATION, list, (int) list.size(), null });
			if (status != 0) {
				throw new IllegalStateException("NtQuerySystemInformation: 0x" + Integer.toHexString(status));
			}
			int count = 0;
			for (int i = 0; i < list.getInt(0); i++) {
				count += (list.getInt(HEAD + (long) ENTRY * i) == process) ? 1 : 0;
			}
			return count;
		}
	}

	private static Function function(String library, String name) {
		return NativeLibrary.getInstance(library).getFunction(name, Function.ALT_CONVENTION);
	}

}
