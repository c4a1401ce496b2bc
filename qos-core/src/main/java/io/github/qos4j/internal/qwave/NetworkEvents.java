package io.github.qos4j.internal.qwave;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import com.sun.jna.win32.StdCallLibrary;

import io.github.qos4j.spi.SystemListener;
import org.jspecify.annotations.Nullable;

/**
 * Tells when addresses or routes of this machine change.
 *
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/api/netioapi/nf-netioapi-notifyunicastipaddresschange">NotifyUnicastIpAddressChange</a>
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/api/netioapi/nf-netioapi-notifyroutechange2">NotifyRouteChange2</a>
 */
final class NetworkEvents implements SystemEvents.Source {

	private static final short AF_UNSPEC = 0;

	private static final byte NO_INITIAL_NOTIFICATION = 0;

	private final Supplier<IpHlpApi> library;

	/**
	 * Create a source.
	 * @param library loads the functions
	 */
	NetworkEvents(Supplier<IpHlpApi> library) {
		this.library = library;
	}

	@Override
	public String news() {
		return "changes of addresses and routes";
	}

	@Override
	public Runnable register(Consumer<Consumer<SystemListener>> receiver) {
		IpHlpApi ipHlpApi = this.library.get();
		IpHlpApi.ChangeCallback callback = (context, row, type) -> receiver.accept(SystemListener::networkChanged);
		List<Pointer> registrations = new ArrayList<>();
		Runnable end = () -> {
			registrations.forEach(ipHlpApi::CancelMibChangeNotify2);
			// Until now Windows had nothing but an address of it.
			Reference.reachabilityFence(callback);
		};
		try {
			PointerByReference addresses = new PointerByReference();
			registrations
				.add(SystemEvents.Source.check("NotifyUnicastIpAddressChange", ipHlpApi.NotifyUnicastIpAddressChange(
						AF_UNSPEC, callback, null, NO_INITIAL_NOTIFICATION, addresses), addresses.getValue()));
			PointerByReference routes = new PointerByReference();
			registrations.add(SystemEvents.Source.check("NotifyRouteChange2",
					ipHlpApi.NotifyRouteChange2(AF_UNSPEC, callback, null, NO_INITIAL_NOTIFICATION, routes),
					routes.getValue()));
			return end;
		}
		catch (RuntimeException | LinkageError ex) {
			end.run();
			throw ex;
		}
	}

	/**
	 * Functions of {@code iphlpapi.dll}.
	 */
	interface IpHlpApi extends StdCallLibrary {

		/**
		 * Register for changes of addresses.
		 */
		int NotifyUnicastIpAddressChange(short Family, ChangeCallback Callback, @Nullable Pointer CallerContext,
				byte InitialNotification, PointerByReference NotificationHandle);

		/**
		 * Register for changes of routes.
		 */
		int NotifyRouteChange2(short AddressFamily, ChangeCallback Callback, @Nullable Pointer CallerContext,
				byte InitialNotification, PointerByReference NotificationHandle);

		/**
		 * End a registration. Waits for callbacks under way, so it must not be called by
		 * one.
		 */
		int CancelMibChangeNotify2(@Nullable Pointer NotificationHandle);

		/**
		 * Called by Windows.
		 */
		interface ChangeCallback extends StdCallCallback {

			/**
			 * Receive an event.
			 */
			void callback(@Nullable Pointer CallerContext, @Nullable Pointer Row, int NotificationType);

		}

	}

}
