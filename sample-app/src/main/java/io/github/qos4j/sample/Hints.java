package io.github.qos4j.sample;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.qos4j.FlowStatus;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;

import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Tells open pages that something has changed, and no more than that: what it is, they
 * read from the actuator.
 */
@Component
class Hints implements QosHandle.Listener {

	static final int MAX_PAGES = 32;

	/** Many changes at a time are one hint. */
	private static final int GATHERING_MILLIS = 100;

	/** Sending is the only way to find out that a page is gone. */
	private static final int ALIVE_SECONDS = 15;

	private final List<SseEmitter> pages = new CopyOnWriteArrayList<>();

	private final AtomicBoolean changed = new AtomicBoolean();

	// A thread of its own: a page that reads slowly holds up nobody else.
	private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor((task) -> {
		Thread thread = new Thread(task, "sample-hints");
		thread.setDaemon(true);
		return thread;
	});

	private volatile boolean closed;

	Hints() {
		this.thread.scheduleWithFixedDelay(() -> send(SseEmitter.event().comment("alive")), ALIVE_SECONDS,
				ALIVE_SECONDS, TimeUnit.SECONDS);
	}

	/**
	 * Begin to tell a page.
	 * @return what sends to it, which has ended already if there are too many or the
	 * application ends
	 */
	SseEmitter open() {
		SseEmitter page = new SseEmitter(0L);
		page.onCompletion(() -> this.pages.remove(page));
		page.onError((ex) -> this.pages.remove(page));
		this.pages.add(page);
		if (this.closed || this.pages.size() > MAX_PAGES) {
			page.complete();
			this.pages.remove(page);
		}
		else {
			hint();
		}
		return page;
	}

	@Override
	public void handleChanged(QosHandle handle, HandleStatus status) {
		hint();
	}

	@Override
	public void flowChanged(QosFlow flow, FlowStatus status) {
		hint();
	}

	/**
	 * End all of them before the web server waits for requests that are under way.
	 */
	@EventListener(ContextClosedEvent.class)
	void close() {
		this.closed = true;
		this.thread.shutdownNow();
		this.pages.forEach(SseEmitter::complete);
	}

	private void hint() {
		if (!this.closed && this.changed.compareAndSet(false, true)) {
			this.thread.schedule(() -> {
				this.changed.set(false);
				send(SseEmitter.event().data("look"));
			}, GATHERING_MILLIS, TimeUnit.MILLISECONDS);
		}
	}

	private void send(SseEmitter.SseEventBuilder event) {
		for (SseEmitter page : this.pages) {
			try {
				page.send(event);
			}
			catch (IOException | IllegalStateException ex) {
				// It is gone, which is its right.
				this.pages.remove(page);
			}
		}
	}

}
