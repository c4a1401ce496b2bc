package start;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.metrics.ApplicationStartup;
import org.springframework.core.metrics.StartupStep;

/**
 * How long the main thread takes for each bean, without the beans that this one needs: by
 * the clock, and of its processor time.
 */
final class BeanTimes implements ApplicationStartup {

	private static final String OURS = "io.github.qos4j.";

	private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

	private static final Step OTHER = new Step("", null);

	private final Thread main = Thread.currentThread();

	private final Deque<Step> open = new ArrayDeque<>();

	private final List<Step> ended = new ArrayList<>();

	@Override
	public StartupStep start(String name) {
		return (name.equals("spring.beans.instantiate") && Thread.currentThread() == this.main) ? new Step(name, this)
				: OTHER;
	}

	/**
	 * Print lines with milliseconds: for each of our beans what it took by the clock and
	 * of processor time; and last, from the start of the JVM until now, the time and the
	 * processor time of the main thread.
	 */
	void print(ConfigurableListableBeanFactory beans) {
		for (Step step : this.ended) {
			if (isOurs(beans, step.bean)) {
				print("bean;" + step.bean, step.time, step.processorTime);
			}
		}
		long time = System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
		print("ready", TimeUnit.MILLISECONDS.toNanos(time), THREADS.getCurrentThreadCpuTime());
	}

	private static void print(String name, long time, long processorTime) {
		System.out.printf(Locale.ROOT, "%s;%.3f;%.3f%n", name, time / 1e6, processorTime / 1e6);
	}

	private static boolean isOurs(ConfigurableListableBeanFactory beans, String name) {
		if (!beans.containsBeanDefinition(name)) {
			return false;
		}
		BeanDefinition definition = beans.getBeanDefinition(name);
		String owner = (definition instanceof AnnotatedBeanDefinition annotated
				&& annotated.getFactoryMethodMetadata() != null)
						? annotated.getFactoryMethodMetadata().getDeclaringClassName() : definition.getBeanClassName();
		return owner != null && owner.startsWith(OURS);
	}

	/**
	 * The creation of a bean, or any other step, of which nothing is noted.
	 */
	private static final class Step implements StartupStep {

		private final String name;

		private final BeanTimes times;

		private final long began = System.nanoTime();

		private final long processorBegan = THREADS.getCurrentThreadCpuTime();

		private String bean = "";

		/** Without that of steps within this one. */

		private long time;

		private long processorTime;

		Step(String name, BeanTimes times) {
			this.name = name;
			this.times = times;
			if (times != null) {
				times.open.push(this);
				this.time = -this.began;
				this.processorTime = -this.processorBegan;
			}
		}

		@Override
		public void end() {
			if (this.times == null) {
				return;
			}
			this.times.open.pop();
			this.times.ended.add(this);
			long now = System.nanoTime();
			long processorNow = THREADS.getCurrentThreadCpuTime();
			this.time += now;
			this.processorTime += processorNow;
			Step outer = this.times.open.peek();
			if (outer != null) {
				outer.time -= now - this.began;
				outer.processorTime -= processorNow - this.processorBegan;
			}
		}

		@Override
		public StartupStep tag(String key, String value) {
			if (this.times != null && key.equals("beanName")) {
				this.bean = value;
			}
			return this;
		}

		@Override
		public StartupStep tag(String key, Supplier<String> value) {
			return this;
		}

		@Override
		public String getName() {
			return this.name;
		}

		@Override
		public long getId() {
			return 0;
		}

		@Override
		public Long getParentId() {
			return null;
		}

		@Override
		public Tags getTags() {
			return () -> List.<Tag>of().iterator();
		}

	}

}
