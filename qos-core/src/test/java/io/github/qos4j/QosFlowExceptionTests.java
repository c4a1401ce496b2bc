package io.github.qos4j;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link QosFlowException}.
 */
class QosFlowExceptionTests {

	@Test
	void keepsItsFactsWhenSerialized() throws Exception {
		QosFlowOptions options = QosFlowOptions.of(TrafficType.VOICE)
			.withDscp(Dscp.of(44))
			.withRate(FlowRate.of(2_000_000))
			.withQwave(new QwaveOptions(false, QwaveOptions.Shaping.SHAPE_ONLY, QwaveOptions.Reason.CONGESTION));
		QosException cause = new QosException(
				new NativeError("QOSAddSocketToFlow", 50, "ERROR_NOT_SUPPORTED", ErrorCase.NOT_SUPPORTED, "Try again"));
		QosFlowException failure = new QosFlowException("udp /127.0.0.1:5004", options, cause);
		QosFlowException read = writeAndRead(failure);
		assertThat(read).hasMessage(failure.getMessage());
		assertThat(read.socket()).isEqualTo("udp /127.0.0.1:5004");
		assertThat(read.options()).isEqualTo(options);
		assertThat(read.options().dscp()).isEqualTo(Dscp.of(44));
		assertThat(read.options().rate()).isEqualTo(FlowRate.of(2_000_000));
		assertThat(read.operation()).isEqualTo("QOSAddSocketToFlow");
		assertThat(read.code()).hasValue(50);
		assertThat(read.symbol()).isEqualTo("ERROR_NOT_SUPPORTED");
		assertThat(read.errorCase()).isEqualTo(ErrorCase.NOT_SUPPORTED);
		assertThat(read.remedy()).isEqualTo("Try again");
		assertThat(read.getCause()).isInstanceOf(QosException.class).hasMessage(cause.getMessage());
	}

	@Test
	void keepsThatThereIsNoCodeWhenSerialized() throws Exception {
		QosException cause = new QosException(ErrorCase.CANCELLED, "Flow is closed", null, null);
		QosFlowException read = writeAndRead(
				new QosFlowException("tcp unbound", QosFlowOptions.of(TrafficType.BACKGROUND), cause));
		assertThat(read.options()).isEqualTo(QosFlowOptions.of(TrafficType.BACKGROUND));
		assertThat(read.operation()).isNull();
		assertThat(read.code()).isEmpty();
		assertThat(read.remedy()).isNull();
	}

	private static QosFlowException writeAndRead(QosFlowException failure) throws IOException, ClassNotFoundException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
			out.writeObject(failure);
		}
		try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
			return (QosFlowException) in.readObject();
		}
	}

}
