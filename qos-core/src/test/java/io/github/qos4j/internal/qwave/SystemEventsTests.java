package io.github.qos4j.internal.qwave;

import java.util.ArrayList;
import java.util.List;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

import io.github.qos4j.Subscription;
import io.github.qos4j.spi.SystemListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SystemEvents}, {@link PowerEvents} and {@link NetworkEvents} over fake
 * libraries.
 */
class SystemEventsTests {

	private final FakePowrProf powrProf = new FakePowrProf();

	private final FakeIpHlpApi ipHlpApi = new FakeIpHlpApi();

	private final SystemEvents events = new SystemEvents(
			List.of(new PowerEvents(() -> this.powrProf), new NetworkEvents(this::ipHlpApi)));

	private final List<String> heard = new ArrayList<>();

	private UnsatisfiedLinkError missing;

	private NetworkEvents.IpHlpApi ipHlpApi() {
		if (this.missing != null) {
			throw this.missing;
		}
		return this.ipHlpApi;
	}

	@ParameterizedTest
	@CsvSource({ "4, 0", "7, 0", "10, 0", "18, 1" })
	void resumeIsHeard(int type, int times) {
		this.events.add(new Listener("a"));
		this.powrProf.callback.callback(null, type, null);
		assertThat(this.heard).hasSize(times);
	}

	@Test
	void changesOfAddressesAndRoutesAreHeardByAll() {
		this.events.add(new Listener("a"));
		this.events.add(new Listener("b"));
		this.ipHlpApi.callbacks.forEach((callback) -> callback.callback(null, null, 0));
		assertThat(this.heard).containsExactly("a network", "b network", "a network", "b network");
	}

	@Test
	void registrationExistsOnceWhileSomebodyListens() {
		Subscription first = this.events.add(new Listener("a"));
		Subscription second = this.events.add(new Listener("b"));
		assertThat(this.powrProf.calls).containsExactly("register 2");
		first.close();
		first.close();
		assertThat(this.powrProf.calls).hasSize(1);
		second.close();
		assertThat(this.powrProf.calls).containsExactly("register 2", "unregister 1");
		assertThat(this.ipHlpApi.calls).containsExactly("addresses 0", "routes 0", "cancel 1", "cancel 2");
		this.events.add(new Listener("c"));
		assertThat(this.powrProf.calls).last().isEqualTo("register 2");
	}

	@Test
	void sourceThatRefusesLeavesTheOthers() {
		this.powrProf.error = 87;
		this.ipHlpApi.routeError = 50;
		Subscription registration = this.events.add(new Listener("a"));
		assertThat(this.ipHlpApi.calls).containsExactly("addresses 0", "routes 0", "cancel 1");
		registration.close();
		assertThat(this.powrProf.calls).containsExactly("register 2");
		assertThat(this.ipHlpApi.calls).hasSize(3);
	}

	@Test
	void everyListenerIsToldOfWhatThereWillBeNoNewsOf() {
		this.powrProf.error = 87;
		this.missing = new UnsatisfiedLinkError("iphlpapi.dll");
		Subscription first = this.events.add(new Listener("a"));
		Subscription second = this.events.add(new Listener("b"));
		List<String> told = List.of(
				"a no sleep and standby: java.lang.IllegalStateException: PowerRegisterSuspendResumeNotification failed: "
						+ "ERROR_INVALID_PARAMETER (87)",
				"a no changes of addresses and routes: java.lang.UnsatisfiedLinkError: iphlpapi.dll");
		assertThat(this.heard.subList(0, 2)).isEqualTo(told);
		assertThat(this.heard).hasSize(4).allMatch((news) -> news.startsWith("a no ") || news.startsWith("b no "));
		first.close();
		second.close();
		this.heard.clear();
		this.powrProf.error = 0;
		this.missing = null;
		this.events.add(new Listener("c"));
		assertThat(this.heard).isEmpty();
	}

	@Test
	void whomToCallHasTheLayoutOfTheHeader() {
		PowerEvents.DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS parameters = new PowerEvents.DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS();
		assertThat(parameters.size()).isEqualTo(2 * Native.POINTER_SIZE);
	}

	private final class Listener implements SystemListener {

		private final String name;

		private Listener(String name) {
			this.name = name;
		}

		@Override
		public void resumed() {
			SystemEventsTests.this.heard.add(this.name + " resumed");
		}

		@Override
		public void networkChanged() {
			SystemEventsTests.this.heard.add(this.name + " network");
		}

		@Override
		public void unavailable(String what, Throwable cause) {
			SystemEventsTests.this.heard.add(this.name + " no " + what + ": " + cause);
		}

	}

	private static final class FakePowrProf implements PowerEvents.PowrProf {

		private final List<String> calls = new ArrayList<>();

		private DeviceNotifyCallback callback;

		private int error;

		@Override
		public int PowerRegisterSuspendResumeNotification(int Flags,
				PowerEvents.DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS Recipient, PointerByReference RegistrationHandle) {
			this.calls.add("register " + Flags);
			this.callback = Recipient.Callback;
			RegistrationHandle.setValue(Pointer.createConstant(1));
			return this.error;
		}

		@Override
		public int PowerUnregisterSuspendResumeNotification(Pointer RegistrationHandle) {
			this.calls.add("unregister " + Pointer.nativeValue(RegistrationHandle));
			return 0;
		}

	}

	private static final class FakeIpHlpApi implements NetworkEvents.IpHlpApi {

		private final List<String> calls = new ArrayList<>();

		private final List<ChangeCallback> callbacks = new ArrayList<>();

		private int routeError;

		@Override
		public int NotifyUnicastIpAddressChange(short Family, ChangeCallback Callback, Pointer CallerContext,
				byte InitialNotification, PointerByReference NotificationHandle) {
			this.calls.add("addresses " + Family);
			return registered(Callback, NotificationHandle);
		}

		@Override
		public int NotifyRouteChange2(short AddressFamily, ChangeCallback Callback, Pointer CallerContext,
				byte InitialNotification, PointerByReference NotificationHandle) {
			this.calls.add("routes " + AddressFamily);
			registered(Callback, NotificationHandle);
			return this.routeError;
		}

		private int registered(ChangeCallback callback, PointerByReference handle) {
			this.callbacks.add(callback);
			handle.setValue(Pointer.createConstant(this.callbacks.size()));
			return 0;
		}

		@Override
		public int CancelMibChangeNotify2(Pointer NotificationHandle) {
			this.calls.add("cancel " + Pointer.nativeValue(NotificationHandle));
			return 0;
		}

	}

}
