package io.github.qos4j.internal.qwave;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import com.sun.jna.PointerType;
import com.sun.jna.Structure;
import com.sun.jna.ptr.ByReference;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.NativeError;
import io.github.qos4j.internal.qwave.WindowsTypes.OVERLAPPED;
import io.github.qos4j.internal.qwave.WindowsTypes.ULONG_PTR;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Tests for {@link Qos2} and {@link Win32Error}, and for the widths of what
 * {@link Qwave}'s functions take.
 * <p>
 * JNA lays structures out for this JVM alone. So offsets are computed from the declared
 * fields by the rule of C, natural alignment, which is shown to be JNA's too, and
 * compared with the header's for pointers of 64 and of 32 bits.
 */
class Qos2Tests {

	/**
	 * Structures with their size, their alignment and the offsets of their fields, first
	 * for pointers of 8 bytes, then for those of 4.
	 */
	static Stream<Layout> layouts() {
		return Stream.of(Layout.ofBoth(Qos2.QOS_VERSION.class, 4, 2, "MajorVersion 0, MinorVersion 2"),
				Layout.ofBoth(Qos2.QOS_FLOW_FUNDAMENTALS.class, 40, 8,
						"BottleneckBandwidthSet 0, BottleneckBandwidth 8, AvailableBandwidthSet 16, "
								+ "AvailableBandwidth 24, RTTSet 32, RTT 36"),
				Layout.ofBoth(Qos2.QOS_FLOWRATE_OUTGOING.class, 16, 8, "Bandwidth 0, ShapingBehavior 8, Reason 12"),
				Layout.ofBoth(Qos2.QOS_PACKET_PRIORITY.class, 16, 4,
						"ConformantDSCPValue 0, NonConformantDSCPValue 4, ConformantL2Value 8, NonConformantL2Value 12"),
				Layout.ofBoth(ServiceControl.SERVICE_STATUS.class, 28, 4,
						"dwServiceType 0, dwCurrentState 4, dwControlsAccepted 8, dwWin32ExitCode 12, "
								+ "dwServiceSpecificExitCode 16, dwCheckPoint 20, dwWaitHint 24"),
				Layout.of(OVERLAPPED.class, 8, 32, 8,
						"Internal 0, InternalHigh 8, Offset 16, OffsetHigh 20, hEvent 24"),
				Layout.of(OVERLAPPED.class, 4, 20, 4, "Internal 0, InternalHigh 4, Offset 8, OffsetHigh 12, hEvent 16"))
			.flatMap((layout) -> layout.pointerSizes().stream().map(layout::with));
	}

	@ParameterizedTest
	@MethodSource("layouts")
	void structureHasTheLayoutOfTheHeader(Layout layout) throws ReflectiveOperationException {
		assertThat(Layout.byRule(layout.type(), layout.pointerSize())).isEqualTo(layout);
	}

	@ParameterizedTest
	@ValueSource(classes = { Qos2.QOS_VERSION.class, Qos2.QOS_FLOW_FUNDAMENTALS.class, Qos2.QOS_FLOWRATE_OUTGOING.class,
			Qos2.QOS_PACKET_PRIORITY.class, ServiceControl.SERVICE_STATUS.class, OVERLAPPED.class })
	void ruleIsThatOfJna(Class<? extends Structure> type) throws ReflectiveOperationException {
		// Linux of 32 bits aligns an UINT64 like a pointer.
		assumeTrue(Platform.isWindows() || Native.POINTER_SIZE == 8);
		Structure structure = type.getDeclaredConstructor().newInstance();
		Layout rule = Layout.byRule(type, Native.POINTER_SIZE);
		assertThat(structure.size()).isEqualTo(rule.size());
		Method fieldOffset = Structure.class.getDeclaredMethod("fieldOffset", String.class);
		fieldOffset.setAccessible(true);
		for (Map.Entry<String, Integer> field : rule.offsets().entrySet()) {
			assertThat(fieldOffset.invoke(structure, field.getKey())).as(field.getKey()).isEqualTo(field.getValue());
		}
	}

	@Test
	void fieldsAreReadAndWrittenAtTheirOffsets() {
		Qos2.QOS_VERSION version = new Qos2.QOS_VERSION();
		version.MajorVersion = 0x1234;
		version.MinorVersion = 0x5678;
		version.write();
		assertThat(version.getPointer().getShort(0)).isEqualTo((short) 0x1234);
		assertThat(version.getPointer().getShort(2)).isEqualTo((short) 0x5678);
		Qos2.QOS_FLOWRATE_OUTGOING rate = new Qos2.QOS_FLOWRATE_OUTGOING();
		rate.Bandwidth = 0x123456789ABCDEFL;
		rate.ShapingBehavior = 1;
		rate.Reason = 4;
		rate.write();
		assertThat(rate.getPointer().getLong(0)).isEqualTo(0x123456789ABCDEFL);
		assertThat(rate.getPointer().getInt(8)).isOne();
		assertThat(rate.getPointer().getInt(12)).isEqualTo(4);
		Qos2.QOS_FLOW_FUNDAMENTALS known = new Qos2.QOS_FLOW_FUNDAMENTALS();
		known.getPointer().setLong(8, 5_000_000_000L);
		known.getPointer().setLong(24, 6_000_000_000L);
		known.getPointer().setInt(36, 1_234);
		known.read();
		assertThat(known.BottleneckBandwidth).isEqualTo(5_000_000_000L);
		assertThat(known.AvailableBandwidth).isEqualTo(6_000_000_000L);
		assertThat(known.RTT).isEqualTo(1_234);
		Qos2.QOS_PACKET_PRIORITY priority = new Qos2.QOS_PACKET_PRIORITY();
		IntStream.range(0, 4).forEach((i) -> priority.getPointer().setInt(4L * i, 1000 + i));
		priority.read();
		assertThat(List.of(priority.ConformantDSCPValue, priority.NonConformantDSCPValue, priority.ConformantL2Value,
				priority.NonConformantL2Value))
			.containsExactly(1000, 1001, 1002, 1003);
	}

	/**
	 * How many bytes of arguments a function takes for 32 bits: what follows the
	 * {@code @} of its name where names are decorated.
	 */
	@ParameterizedTest
	@CsvSource({ "QOSCreateHandle, 8, 16", "QOSCloseHandle, 4, 8", "QOSAddSocketToFlow, 24, 40",
			"QOSRemoveSocketFromFlow, 16, 24", "QOSSetFlow, 28, 40", "QOSQueryFlow, 28, 44", "QOSNotifyFlow, 28, 44",
			"QOSCancel, 8, 16", "QOSEnumerateFlows, 12, 24", "QOSStartTrackingClient, 12, 20",
			"QOSStopTrackingClient, 12, 20" })
	void argumentsHaveTheWidthsOfTheHeader(String function, int of32Bits, int of64Bits) {
		Method method = Stream.of(Qwave.class.getDeclaredMethods())
			.filter((candidate) -> candidate.getName().equals(function))
			.findAny()
			.orElseThrow();
		assertThat(method.getReturnType()).isEqualTo(boolean.class);
		assertThat(Stream.of(method.getParameterTypes()).mapToInt((type) -> width(type, 4)).sum()).isEqualTo(of32Bits);
		assertThat(Stream.of(method.getParameterTypes()).mapToInt((type) -> width(type, 8)).sum()).isEqualTo(of64Bits);
	}

	@Test
	void socketAndHandleAreAsWideAsPointers() {
		assertThat(Native.getNativeSize(ULONG_PTR.class)).isEqualTo(Native.POINTER_SIZE);
		assertThat(Native.getNativeSize(Pointer.class)).isEqualTo(Native.POINTER_SIZE);
		for (String function : List.of("QOSAddSocketToFlow", "QOSRemoveSocketFromFlow")) {
			assertThat(Qwave.class.getDeclaredMethods()).filteredOn((method) -> method.getName().equals(function))
				.singleElement()
				.satisfies(
						(method) -> assertThat(method.getParameterTypes()).startsWith(Pointer.class, ULONG_PTR.class));
		}
	}

	// Addresses

	@Test
	void ipv4AddressHasTheLayoutOfWinsock() throws UnknownHostException {
		try (Memory address = SocketAddresses.of(new InetSocketAddress(InetAddress.getByName("192.0.2.7"), 0x1234))) {
			assertThat(address.size()).isEqualTo(16);
			assertThat(address.getShort(0)).isEqualTo((short) 2);
			assertThat(address.getByteArray(2, 6)).containsExactly(0x12, 0x34, 192, 0, 2, 7);
			assertThat(address.getByteArray(8, 8)).containsOnly(0);
		}
	}

	@Test
	void ipv6AddressHasTheLayoutOfWinsock() throws UnknownHostException {
		try (Memory address = SocketAddresses.of(new InetSocketAddress(InetAddress.getByName("2001:db8::7"), 0x1234))) {
			assertThat(address.size()).isEqualTo(28);
			assertThat(address.getShort(0)).isEqualTo((short) 23);
			assertThat(address.getByteArray(2, 6)).containsExactly(0x12, 0x34, 0, 0, 0, 0);
			assertThat(address.getByteArray(8, 16)).containsExactly(0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
					0, 7);
			assertThat(address.getInt(24)).isZero();
		}
	}

	// Constants

	@Test
	void constantsHaveTheValuesOfTheHeader() throws IllegalAccessException {
		Map<String, Long> expected = new HashMap<>();
		number(expected, "QOSTrafficTypeBestEffort", "QOSTrafficTypeBackground", "QOSTrafficTypeExcellentEffort",
				"QOSTrafficTypeAudioVideo", "QOSTrafficTypeVoice", "QOSTrafficTypeControl");
		number(expected, "QOSSetTrafficType", "QOSSetOutgoingRate", "QOSSetOutgoingDSCPValue");
		number(expected, "QOSQueryFlowFundamentals", "QOSQueryPacketPriority", "QOSQueryOutgoingRate");
		number(expected, "QOSNotifyCongested", "QOSNotifyUncongested", "QOSNotifyAvailable");
		number(expected, "QOSShapeOnly", "QOSShapeAndMark", "QOSUseNonConformantMarkings");
		number(expected, "QOSFlowRateNotApplicable", "QOSFlowRateContentChange", "QOSFlowRateCongestion",
				"QOSFlowRateHigherContentEncoding", "QOSFlowRateUserCaused");
		expected.put("QOS_QUERYFLOW_FRESH", 1L);
		expected.put("QOS_NON_ADAPTIVE_FLOW", 2L);
		expected.put("QOS_OUTGOING_DEFAULT_MINIMUM_BANDWIDTH", 0xFFFFFFFFL);
		Map<String, Long> actual = new HashMap<>();
		for (Field field : Qos2.class.getDeclaredFields()) {
			actual.put(field.getName(), ((Number) field.get(null)).longValue());
		}
		assertThat(actual).isEqualTo(expected);
		assertThat(List.of(SocketAddresses.AF_INET, SocketAddresses.AF_INET6)).containsExactly(2, 23);
	}

	private static void number(Map<String, Long> values, String... names) {
		for (String name : names) {
			values.put(name, (long) Arrays.asList(names).indexOf(name));
		}
	}

	// Errors

	@Test
	void everyDocumentedCodeHasOneEntry() {
		assertThat(Arrays.stream(Win32Error.values()).map(Win32Error::code)).containsExactlyInAnyOrder(5, 6, 8, 31, 50,
				54, 57, 59, 67, 87, 122, 126, 127, 170, 183, 193, 232, 995, 996, 997, 1056, 1058, 1060, 1062, 1068,
				1117, 1164, 1168, 1225, 1232, 1237, 1260, 1450, 1460, 4309);
		assertThat(Win32Error.values()).allSatisfy((error) -> {
			NativeError nativeError = Win32Error.of("QOSCreateHandle", error.code());
			assertThat(nativeError.symbol()).isEqualTo(error.name());
			assertThat(nativeError.errorCase()).isNotEqualTo(ErrorCase.UNKNOWN);
		});
	}

	@ParameterizedTest
	@CsvSource({ "QOSCreateHandle, 87, Ask for version 1.0", "QOSAddSocketToFlow, 87, plain IPv4 or IPv6 address",
			"QOSNotifyFlow, 87, more bandwidth than the flow's rate",
			"QOSStartTrackingClient, 87, plain IPv4 or IPv6 address", "QOSAddSocketToFlow, 50, not adaptive",
			"QOSSetFlow, 50, not adaptive", "QOSQueryFlow, 50, not adaptive", "QOSNotifyFlow, 50, not adaptive",
			"QOSStartTrackingClient, 50, not adaptive", "QOSSetFlow, 1260, a policy of this machine",
			"QOSQueryFlow, 1260, a policy of this machine", "QOSNotifyFlow, 1260, a policy of this machine",
			"QOSSetFlow, 5, Network Configuration Operators", "QOSEnumerateFlows, 5, Run as administrator",
			"QOSStartTrackingClient, 1232, firewall", "QOSSetFlow, 1237, Try again" })
	void remedyIsThatOfTheFunction(String function, int code, String part) {
		assertThat(Win32Error.of(function, code).remedy()).contains(part);
	}

	@Test
	void unknownCodeStaysANumber() {
		assertThat(Win32Error.of("QOSCreateHandle", 4711))
			.isEqualTo(new NativeError("QOSCreateHandle", 4711, null, ErrorCase.UNKNOWN, null))
			.hasToString("QOSCreateHandle failed: unknown error (4711)");
	}

	/**
	 * Return how wide a type is for pointers of a size, in structures and as an argument.
	 */
	private static int width(Class<?> type, int pointerSize) {
		if (type == short.class) {
			return Short.BYTES;
		}
		if (type == int.class) {
			return Integer.BYTES;
		}
		if (type == long.class) {
			return Long.BYTES;
		}
		// As an argument, a structure is given by its address.
		List<Class<?>> pointers = List.of(Pointer.class, PointerType.class, ULONG_PTR.class, ByReference.class,
				Structure.class);
		assertThat(pointers).as(type.getName()).anyMatch((pointer) -> pointer.isAssignableFrom(type));
		return pointerSize;
	}

	/**
	 * Where a structure's fields are.
	 */
	record Layout(Class<? extends Structure> type, int pointerSize, int size, int alignment,
			Map<String, Integer> offsets) {

		private static final int BOTH = 0;

		static Layout ofBoth(Class<? extends Structure> type, int size, int alignment, String offsets) {
			return of(type, BOTH, size, alignment, offsets);
		}

		static Layout of(Class<? extends Structure> type, int pointerSize, int size, int alignment, String offsets) {
			Map<String, Integer> parsed = new LinkedHashMap<>();
			for (String field : offsets.split(", ")) {
				parsed.put(field.split(" ")[0], Integer.parseInt(field.split(" ")[1]));
			}
			return new Layout(type, pointerSize, size, alignment, parsed);
		}

		List<Integer> pointerSizes() {
			return (this.pointerSize == BOTH) ? List.of(8, 4) : List.of(this.pointerSize);
		}

		Layout with(int newPointerSize) {
			return new Layout(this.type, newPointerSize, this.size, this.alignment, this.offsets);
		}

		/**
		 * Return the layout that C gives to the fields of a structure: each at the next
		 * multiple of its width, and in the end a multiple of the widest.
		 */
		static Layout byRule(Class<? extends Structure> type, int pointerSize) throws ReflectiveOperationException {
			Map<String, Integer> offsets = new LinkedHashMap<>();
			int end = 0;
			int alignment = 1;
			for (String name : type.getAnnotation(Structure.FieldOrder.class).value()) {
				Field field = type.getField(name);
				assertThat(Modifier.isStatic(field.getModifiers())).isFalse();
				int width = width(field.getType(), pointerSize);
				int offset = roundUp(end, width);
				offsets.put(name, offset);
				end = offset + width;
				alignment = Math.max(alignment, width);
			}
			return new Layout(type, pointerSize, roundUp(end, alignment), alignment, offsets);
		}

		private static int roundUp(int value, int multiple) {
			return (value + multiple - 1) / multiple * multiple;
		}

		@Override
		public String toString() {
			return this.type.getSimpleName() + " with pointers of " + this.pointerSize + " bytes";
		}

	}

}
