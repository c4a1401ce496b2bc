package io.github.qos4j.boot.event;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.ApplicationContextEvent;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.support.AbstractApplicationContext;

/**
 * Publishes events in an application context, in order, by a daemon thread of its own,
 * which exists while there is something to publish. Before the context is refreshed its
 * listeners are not known, so events wait; once it closes their beans are being
 * destroyed, so nothing is published any more. A context publishes in its parents as
 * well, but not in its children: these have a publisher of their own, which follows that
 * of its parent. Thread-safe; nothing blocks, and nothing waits for a listener.
 */
public final class QosEventPublisher implements ApplicationListener<ApplicationContextEvent>, DisposableBean {

	private static final int QUEUE_LENGTH = 10_000;

	private static final Log logger = LogFactory.getLog(QosEventPublisher.class);

	private final ApplicationContext context;

	private final ThreadPoolExecutor executor;

	/** Released once the context is refreshed, or will never be. */
	private final CountDownLatch decided = new CountDownLatch(1);

	private volatile boolean closed;

	/** The thread that publishes, or was the last to do so. */
	private volatile @Nullable Thread publishing;

	private final AtomicBoolean warned = new AtomicBoolean();

	/** The publishers of child contexts. */
	private final List<QosEventPublisher> followers = new CopyOnWriteArrayList<>();

	private volatile @Nullable QosEventPublisher followed;

	/**
	 * Create a publisher.
	 * @param context the context to publish events in
	 */
	public QosEventPublisher(ApplicationContext context) {
		this.context = context;
		this.executor = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(QUEUE_LENGTH),
				this::thread, (task, full) -> logger.debug("An event of QoS is dropped"));
		this.executor.allowCoreThreadTimeOut(true);
	}

	private Thread thread(Runnable task) {
		Thread thread = new Thread(null, task, "qos-publisher", 0, false);
		thread.setDaemon(true);
		thread.setContextClassLoader(this.context.getClassLoader());
		return thread;
	}

	@Override
	public void onApplicationEvent(ApplicationContextEvent event) {
		// Those of child contexts come here as well
		if (event.getApplicationContext() == this.context) {
			if (event instanceof ContextRefreshedEvent) {
				this.decided.countDown();
			}
			else if (event instanceof ContextClosedEvent) {
				close();
			}
		}
	}

	/**
	 * A context whose start has failed destroys its beans and tells nobody.
	 */
	@Override
	public void destroy() {
		close();
	}

	private void close() {
		this.closed = true;
		QosEventPublisher parent = this.followed;
		if (parent != null) {
			parent.followers.remove(this);
		}
		this.decided.countDown();
		// A listener that blocks may end, and what waits refers to handles.
		this.executor.shutdownNow();
		if (Thread.currentThread() == this.publishing) {
			// A listener closes the context: not to be interrupted.
			Thread.interrupted();
		}
	}

	/**
	 * Tell the listeners of this context of what is published in a parent context, too.
	 * To be called once.
	 * @param parent the publisher of the parent context
	 */
	public void follow(QosEventPublisher parent) {
		this.followed = parent;
		parent.followers.add(this);
	}

	/**
	 * Publish an event once those before it are.
	 * @param event the event
	 */
	void publish(QosEvent event) {
		execute(() -> this.context.publishEvent(event));
		this.followers.forEach((follower) -> follower.relay(event));
	}

	/**
	 * Tell the listeners of this context alone: those of its parents have been told.
	 */
	private void relay(QosEvent event) {
		execute(() -> {
			PayloadApplicationEvent<QosEvent> published = new PayloadApplicationEvent<>(this.context, event);
			this.context
				.getBean(AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME,
						ApplicationEventMulticaster.class)
				.multicastEvent(published, published.getResolvableType());
		});
		this.followers.forEach((follower) -> follower.relay(event));
	}

	private void execute(Runnable publication) {
		if (!this.closed) {
			this.executor.execute(() -> deliver(publication));
		}
	}

	private void deliver(Runnable publication) {
		this.publishing = Thread.currentThread();
		try {
			this.decided.await();
			if (!this.closed) {
				publication.run();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException | Error ex) {
			failed(ex);
		}
	}

	private void failed(Throwable ex) {
		if (!this.closed && this.warned.compareAndSet(false, true)) {
			logger.warn("A listener of QoS events has thrown. This is told once, then at debug level", ex);
		}
		else {
			logger.debug("A listener of QoS events has thrown", ex);
		}
	}

}
