package io.github.qos4j.internal.socket;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;

import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.FlowFundamentals.Measurement;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TcpInfo}.
 */
class TcpInfoTests {

	private final ByteBuffer info = ByteBuffer.allocate(TcpInfo.SIZE).order(ByteOrder.nativeOrder());

	TcpInfoTests() {
		this.info.put(0, (byte) 1)
			.put(7, (byte) ((ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) ? 3 : 0xc0))
			.putInt(16, 1448)
			.putInt(60, 1500)
			.putInt(68, 20_000)
			.putInt(100, 7)
			.putLong(104, 250_000)
			.putLong(120, 5_000_000_000L)
			.putInt(148, 15_000)
			.putLong(160, 1_250_000)
			.putInt(196, -2);
	}

	@Test
	void everyFieldIsReadFromItsPlace() {
		assertThat(TcpInfo.of(this.info)).isEqualTo(new TcpInfo(1, true, 1448, 1500, 20_000, 7, 250_000, 5_000_000_000L,
				15_000, 1_250_000, 4_294_967_294L));
	}

	@Test
	void firstBitFieldIsWhereTheByteOrderPutsIt() {
		ByteBuffer little = ByteBuffer.allocate(TcpInfo.SIZE).order(ByteOrder.LITTLE_ENDIAN);
		ByteBuffer big = ByteBuffer.allocate(TcpInfo.SIZE).order(ByteOrder.BIG_ENDIAN);
		assertThat(TcpInfo.of(little.put(7, (byte) 0x01)).applicationLimited()).isTrue();
		assertThat(TcpInfo.of(little.put(7, (byte) 0xfe)).applicationLimited()).isFalse();
		assertThat(TcpInfo.of(big.put(7, (byte) 0x80)).applicationLimited()).isTrue();
		assertThat(TcpInfo.of(big.put(7, (byte) 0x7f)).applicationLimited()).isFalse();
	}

	@Test
	void figuresAreBitsAndMicroseconds() {
		assertThat(TcpInfo.of(this.info).fundamentals()).isEqualTo(new FlowFundamentals(Measurement.MEASURED,
				OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(20_000), OptionalLong.of(10_000_000),
				OptionalLong.of(2_000_000), OptionalLong.of(7)));
	}

	@Test
	void whatAnOldKernelDoesNotReturnIsMissing() {
		// As struct tcp_info was before the rates, and before the retransmissions.
		this.info.limit(104);
		assertThat(TcpInfo.of(this.info).fundamentals())
			.isEqualTo(new FlowFundamentals(Measurement.MEASURED, OptionalLong.empty(), OptionalLong.empty(),
					OptionalLong.of(20_000), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(7)));
		this.info.limit(103);
		assertThat(TcpInfo.of(this.info).fundamentals().retransmissions()).isEmpty();
		this.info.limit(0);
		assertThat(TcpInfo.of(this.info).fundamentals()).isEqualTo(FlowFundamentals.MEASURING);
	}

	@Test
	void noLimitIsNoRate() {
		this.info.putLong(104, -1);
		assertThat(TcpInfo.of(this.info).fundamentals().pacingBitsPerSecond()).isEmpty();
		this.info.putLong(104, Long.MAX_VALUE);
		assertThat(TcpInfo.of(this.info).fundamentals().pacingBitsPerSecond()).hasValue(Long.MAX_VALUE);
	}

	@Test
	void nothingIsMeasuredBeforeTheFirstRoundTrip() {
		this.info.putInt(68, 0);
		assertThat(TcpInfo.of(this.info).fundamentals()).isEqualTo(FlowFundamentals.MEASURING);
	}

	@Test
	void nothingIsMeasuredForAServerSocket() {
		this.info.put(0, (byte) TcpInfo.LISTEN);
		assertThat(TcpInfo.of(this.info).fundamentals()).isEqualTo(FlowFundamentals.NOT_AVAILABLE);
	}

	@Test
	void whatHasArrivedIncludesTheHeaders() {
		TcpInfo before = TcpInfo.of(this.info);
		this.info.putLong(120, 5_000_144_800L);
		assertThat(TcpInfo.of(this.info).arrivedSince(before)).isEqualTo(150_000);
	}

}
