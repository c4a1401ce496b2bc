package io.github.qos4j.internal.qwave;

import java.lang.ref.Reference;
import java.util.function.Consumer;
import java.util.function.Supplier;

import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import com.sun.jna.ptr.PointerByReference;
import com.sun.jna.win32.StdCallLibrary;

import io.github.qos4j.spi.SystemListener;
import org.jspecify.annotations.Nullable;

/**
 * Tells when the system comes back from sleep or standby.
 *
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/api/powerbase/nf-powerbase-powerregistersuspendresumenotification">PowerRegisterSuspendResumeNotification</a>
 */
final class PowerEvents implements SystemEvents.Source {

	static final int DEVICE_NOTIFY_CALLBACK = 2;

	/**
	 * Resumed; always sent. Where a user is there, another one follows that would mean
	 * the same again.
	 */
	static final int PBT_APMRESUMEAUTOMATIC = 0x12;

	private final Supplier<PowrProf> library;

	/**
	 * Create a source.
	 * @param library loads the functions
	 */
	PowerEvents(Supplier<PowrProf> library) {
		this.library = library;
	}

	@Override
	public String news() {
		return "sleep and standby";
	}

	@Override
	public Runnable register(Consumer<Consumer<SystemListener>> receiver) {
		PowrProf powrProf = this.library.get();
		DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS parameters = new DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS();
		parameters.Callback = (context, type, setting) -> {
			if (type == PBT_APMRESUMEAUTOMATIC) {
				receiver.accept(SystemListener::resumed);
			}
			return 0;
		};
		PointerByReference registration = new PointerByReference();
		Pointer handle = SystemEvents.Source.check("PowerRegisterSuspendResumeNotification",
				powrProf.PowerRegisterSuspendResumeNotification(DEVICE_NOTIFY_CALLBACK, parameters, registration),
				registration.getValue());
		return () -> {
			powrProf.PowerUnregisterSuspendResumeNotification(handle);
			// Until now Windows had nothing but an address of it.
			Reference.reachabilityFence(parameters);
		};
	}

	/**
	 * Functions of {@code powrprof.dll}.
	 */
	interface PowrProf extends StdCallLibrary {

		/**
		 * Register a callback.
		 */
		int PowerRegisterSuspendResumeNotification(int Flags, DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS Recipient,
				PointerByReference RegistrationHandle);

		/**
		 * End a registration.
		 */
		int PowerUnregisterSuspendResumeNotification(@Nullable Pointer RegistrationHandle);

		/**
		 * Called by Windows.
		 */
		interface DeviceNotifyCallback extends StdCallCallback {

			/**
			 * Receive an event.
			 */
			int callback(@Nullable Pointer Context, int Type, @Nullable Pointer Setting);

		}

	}

	/**
	 * Whom to call.
	 */
	@FieldOrder({ "Callback", "Context" })
	public static final class DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS extends Structure {

		/** The function. */
		public PowrProf.@Nullable DeviceNotifyCallback Callback;

		/** Passed to it. */
		public @Nullable Pointer Context;

	}

}
