package io.github.qos4j.internal.qwave;

import java.util.Arrays;

import io.github.qos4j.NativeError;
import io.github.qos4j.ErrorCase;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Qos2} and {@link Win32Error}.
 */
class Qos2Tests {

	@Test
	void versionHasTheLayoutOfTheHeader() {
		Qos2.QOS_VERSION version = new Qos2.QOS_VERSION();
		assertThat(version.size()).isEqualTo(4);
		version.MajorVersion = 0x1234;
		version.MinorVersion = 0x5678;
		version.write();
		assertThat(version.getPointer().getShort(0)).isEqualTo((short) 0x1234);
		assertThat(version.getPointer().getShort(2)).isEqualTo((short) 0x5678);
	}

	@Test
	void packetPriorityHasTheLayoutOfTheHeader() {
		Qos2.QOS_PACKET_PRIORITY priority = new Qos2.QOS_PACKET_PRIORITY();
		assertThat(priority.size()).isEqualTo(16);
		for (int i = 0; i < 4; i++) {
			priority.getPointer().setInt(4L * i, 1000 + i);
		}
		priority.read();
		assertThat(priority.ConformantDSCPValue).isEqualTo(1000);
		assertThat(priority.NonConformantDSCPValue).isEqualTo(1001);
		assertThat(priority.ConformantL2Value).isEqualTo(1002);
		assertThat(priority.NonConformantL2Value).isEqualTo(1003);
	}

	@Test
	void everyCodeHasOneEntry() {
		assertThat(Arrays.stream(Win32Error.values()).map(Win32Error::code)).doesNotHaveDuplicates();
		assertThat(Win32Error.values()).allSatisfy((error) -> {
			NativeError nativeError = Win32Error.of("QOSCreateHandle", error.code());
			assertThat(nativeError.symbol()).isEqualTo(error.name());
			assertThat(nativeError.errorCase()).isNotEqualTo(ErrorCase.UNKNOWN);
		});
	}

	@Test
	void unknownCodeStaysANumber() {
		assertThat(Win32Error.of("QOSCreateHandle", 4711))
			.isEqualTo(new NativeError("QOSCreateHandle", 4711, null, ErrorCase.UNKNOWN, null))
			.hasToString("QOSCreateHandle failed: unknown error (4711)");
	}

}
