package io.github.qos4j.boot.test.autoconfigure;

import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;

import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.test.RecordedFlows;
import io.github.qos4j.policy.PolicyMarker;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.annotation.DirtiesContext.MethodMode;
import org.springframework.test.context.TestContextManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TestQosExecutionListener}.
 */
class TestQosExecutionListenerTests {

	@Test
	void driversUseTheContextOfTheTestThatRunsNow() throws Exception {
		First first = new First();
		First second = new Second();
		TestContextManager managerOfFirst = prepared(first);
		TestContextManager managerOfSecond = prepared(second);
		assertThat(first.marker).isNotSameAs(second.marker);
		managerOfFirst.beforeTestMethod(first, First.class.getDeclaredMethod("test"));
		assertThat(PolicyMarker.getDefault()).containsSame(first.marker);
		managerOfSecond.beforeTestMethod(second, First.class.getDeclaredMethod("test"));
		assertThat(PolicyMarker.getDefault()).containsSame(second.marker);
	}

	@Test
	void onlyTheContextOfTheTestForgets() throws Exception {
		First first = new First();
		First second = new Second();
		TestContextManager manager = prepared(first);
		prepared(second);
		mark(first.qos);
		mark(second.qos);
		manager.afterTestMethod(first, First.class.getDeclaredMethod("test"), null);
		assertThat(first.flows).isEmpty();
		assertThat(second.flows).hasMarked(TrafficType.VOICE);
	}

	private static TestContextManager prepared(Object test) throws Exception {
		TestContextManager manager = new TestContextManager(test.getClass());
		manager.prepareTestInstance(test);
		return manager;
	}

	private static void mark(QosHandle qos) throws Exception {
		try (DatagramChannel channel = DatagramChannel.open()) {
			channel.connect(new InetSocketAddress("127.0.0.1", 5060));
			qos.addFlow(channel, TrafficType.VOICE).close();
		}
	}

	@SpringBootTest(webEnvironment = WebEnvironment.NONE, classes = Application.class)
	@AutoConfigureTestQos
	static class First {

		@Autowired
		private RecordedFlows flows;

		@Autowired
		private QosHandle qos;

		@Autowired
		private PolicyMarker marker;

		void test() {
		}

	}

	@SpringBootTest(webEnvironment = WebEnvironment.NONE, classes = Application.class, properties = "other=true")
	static class Second extends First {

	}

	@SpringBootTest(webEnvironment = WebEnvironment.NONE, classes = Application.class)
	@AutoConfigureTestQos
	abstract static class Base {

	}

	@Nested
	class Inherited extends Base {

		@Test
		void annotationOfASuperclassCounts(@Autowired QosHandle qos) throws Exception {
			assertThat(qos.status().backend()).isEqualTo("recording");
		}

		@Nested
		class Inner {

			@Test
			@DirtiesContext(methodMode = MethodMode.BEFORE_METHOD)
			void soDoesThatOfAnEnclosingClass(@Autowired QosHandle qos, @Autowired RecordedFlows flows)
					throws Exception {
				mark(qos);
				assertThat(flows).hasMarked(TrafficType.VOICE);
			}

			@Test
			@DirtiesContext(methodMode = MethodMode.AFTER_METHOD)
			void contextThatIsGoneNeedsNoReset(@Autowired RecordedFlows flows) {
				assertThat(flows).isEmpty();
			}

		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
