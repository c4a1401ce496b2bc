package io.github.qos4j.internal.qwave;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import com.sun.jna.win32.StdCallLibrary;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.qwave.WindowsTypes.ULONG_PTR;
import org.jspecify.annotations.Nullable;

/**
 * Functions of {@code qwave.dll}. Each returns whether it succeeded; if not, the reason
 * is {@code Native.getLastError()}, to be read by the same thread before it does anything
 * else. {@code throws LastErrorException} would not do: it fires on an error that an
 * earlier call left behind.
 */
interface Qwave extends StdCallLibrary {

	/**
	 * Open a handle.
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qoscreatehandle">QOSCreateHandle</a>
	 */
	boolean QOSCreateHandle(Qos2.QOS_VERSION Version, PointerByReference QOSHandle);

	/**
	 * Close a handle, which removes its flows.
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qosclosehandle">QOSCloseHandle</a>
	 */
	boolean QOSCloseHandle(Pointer QOSHandle);

	/**
	 * Add a socket to a new flow ({@code FlowId} 0) or to a known one. A SOCKET is as
	 * wide as a pointer.
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qosaddsockettoflow">QOSAddSocketToFlow</a>
	 */
	boolean QOSAddSocketToFlow(Pointer QOSHandle, ULONG_PTR Socket, @Nullable Pointer DestAddr, int TrafficType,
			int Flags, IntByReference FlowId);

	/**
	 * Remove a socket from a flow, or with a socket of 0 the whole flow.
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qosremovesocketfromflow">QOSRemoveSocketFromFlow</a>
	 */
	boolean QOSRemoveSocketFromFlow(Pointer QOSHandle, ULONG_PTR Socket, int FlowId, int Flags);

	/**
	 * Change a flow. Without {@code Overlapped} it returns when that is done.
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qossetflow">QOSSetFlow</a>
	 */
	boolean QOSSetFlow(Pointer QOSHandle, int FlowId, int Operation, int Size, Pointer Buffer, int Flags,
			@Nullable Pointer Overlapped);

	/**
	 * Query a flow. {@code Size} is the size of {@code Buffer}, and afterwards what was
	 * written. Without {@code Overlapped} it returns when that is done.
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qosqueryflow">QOSQueryFlow</a>
	 */
	boolean QOSQueryFlow(Pointer QOSHandle, int FlowId, int Operation, IntByReference Size, Pointer Buffer, int Flags,
			@Nullable Pointer Overlapped);

	/**
	 * Tell when something about a flow's path happens. With {@code Overlapped} it returns
	 * at once, without success and with ERROR_IO_PENDING; {@code Size}, {@code Buffer}
	 * and {@code Overlapped} belong to the system until it has happened.
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qosnotifyflow">QOSNotifyFlow</a>
	 */
	boolean QOSNotifyFlow(Pointer QOSHandle, int FlowId, int Operation, @Nullable Pointer Size,
			@Nullable Pointer Buffer, int Flags, @Nullable Pointer Overlapped);

	/**
	 * Ask for the end of a pending call, which then completes as any other.
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qoscancel">QOSCancel</a>
	 */
	boolean QOSCancel(Pointer QOSHandle, Pointer Overlapped);

	/**
	 * Return the ids of all flows of the machine. {@code Size} is the size of
	 * {@code Buffer}, and afterwards what was written, or what is needed.
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qosenumerateflows">QOSEnumerateFlows</a>
	 */
	boolean QOSEnumerateFlows(Pointer QOSHandle, IntByReference Size, Pointer Buffer);

	/**
	 * Begin experiments on the path to a client.
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qosstarttrackingclient">QOSStartTrackingClient</a>
	 */
	boolean QOSStartTrackingClient(Pointer QOSHandle, Pointer DestAddr, int Flags);

	/**
	 * End experiments on the path to a client.
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qosstoptrackingclient">QOSStopTrackingClient</a>
	 */
	boolean QOSStopTrackingClient(Pointer QOSHandle, Pointer DestAddr, int Flags);

}
