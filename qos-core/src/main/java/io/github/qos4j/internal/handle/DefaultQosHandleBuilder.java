package io.github.qos4j.internal.handle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosVersion;
import io.github.qos4j.internal.backend.BackendSelector;
import io.github.qos4j.internal.util.Assert;
import io.github.qos4j.internal.util.Backoff;
import io.github.qos4j.internal.util.Timer;
import io.github.qos4j.spi.QosBackend;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link DefaultQosHandle}.
 */
public final class DefaultQosHandleBuilder implements QosHandle.Builder, QosBackend.BackendAware {

	private String name = "qos";

	private QosVersion version = QosVersion.V1_0;

	private @Nullable BackendSelector backends;

	private MarkingProfile profile = MarkingProfile.QWAVE;

	private Duration closeTimeout = Duration.ofSeconds(5);

	private Backoff backoff = Backoff.DEFAULT;

	private Duration checkInterval = Duration.ofSeconds(30);

	private final List<QosHandle.Listener> listeners = new ArrayList<>();

	private final List<QosHandle.Observer> observers = new ArrayList<>();

	private System.Logger logger = System.getLogger(QosHandle.class.getName());

	@Override
	public QosHandle.Builder name(String name) {
		if (Assert.notNull(name, "name").isBlank()) {
			throw new IllegalArgumentException("'name' must not be blank");
		}
		this.name = name;
		return this;
	}

	@Override
	public QosHandle.Builder version(QosVersion version) {
		this.version = Assert.notNull(version, "version");
		return this;
	}

	@Override
	public QosHandle.Builder backend(String name) {
		this.backends = BackendSelector.named(Assert.notNull(name, "name"));
		return this;
	}

	@Override
	public QosHandle.Builder backend(QosBackend backend) {
		this.backends = BackendSelector.of(Assert.notNull(backend, "backend"));
		return this;
	}

	@Override
	public QosHandle.Builder markingProfile(MarkingProfile profile) {
		this.profile = Assert.notNull(profile, "profile");
		return this;
	}

	@Override
	public QosHandle.Builder closeTimeout(Duration timeout) {
		this.closeTimeout = Assert.positive(timeout, "timeout");
		return this;
	}

	@Override
	public QosHandle.Builder recoveryBackoff(Duration initial, Duration max) {
		this.backoff = new Backoff(initial, max);
		return this;
	}

	@Override
	public QosHandle.Builder checkInterval(Duration interval) {
		this.checkInterval = Assert.positive(interval, "interval");
		return this;
	}

	@Override
	public QosHandle.Builder listener(QosHandle.Listener listener) {
		this.listeners.add(Assert.notNull(listener, "listener"));
		return this;
	}

	@Override
	public QosHandle.Builder observer(QosHandle.Observer observer) {
		this.observers.add(Assert.notNull(observer, "observer"));
		return this;
	}

	@Override
	public QosHandle.Builder logger(System.Logger logger) {
		this.logger = Assert.notNull(logger, "logger");
		return this;
	}

	@Override
	public QosHandle build() {
		BackendSelector selector = (this.backends != null) ? this.backends
				: BackendSelector.named(BackendSelector.AUTO);
		HandleSettings settings = new HandleSettings(this.name, this.version, this.profile, this.closeTimeout,
				this.backoff, this.checkInterval, List.copyOf(this.listeners), List.copyOf(this.observers),
				this.logger);
		DefaultQosHandle handle = new DefaultQosHandle(settings, selector,
				new Timer.SystemTimer("qos-timer-" + this.name));
		handle.open();
		return handle;
	}

}
