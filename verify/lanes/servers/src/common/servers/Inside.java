package servers;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import io.github.qos4j.Marking;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Tells what cannot be seen on the wire, and changes properties as Spring Cloud does.
 */
@RestController
class Inside {

	private final ObjectProvider<QosHandle> handle;

	private final ObjectProvider<Transport> transport;

	private final ConfigurableEnvironment environment;

	private final ApplicationEventPublisher events;

	private final AtomicReference<String> server = new AtomicReference<>("");

	Inside(ObjectProvider<QosHandle> handle, ObjectProvider<Transport> transport, ConfigurableEnvironment environment,
			ApplicationEventPublisher events) {
		this.handle = handle;
		this.transport = transport;
		this.environment = environment;
		this.events = events;
	}

	@EventListener
	void started(WebServerInitializedEvent event) {
		// That of the main server comes first, the management server's later.
		this.server.compareAndSet("", event.getWebServer().getClass().getSimpleName());
	}

	@GetMapping("/about")
	About about() {
		Transport used = this.transport.getIfAvailable();
		return new About(this.server.get(), (used != null) ? used.name() : "",
				Thread.currentThread().toString().startsWith("VirtualThread"));
	}

	@GetMapping("/flows")
	List<FlowView> flows() {
		QosHandle available = this.handle.getIfAvailable();
		return (available != null) ? available.flows().stream().map(FlowView::of).toList() : List.of();
	}

	@GetMapping("/change")
	String change(@RequestParam Map<String, Object> properties) {
		this.environment.getPropertySources().addFirst(new MapPropertySource("changes", properties));
		this.events.publishEvent(new EnvironmentChangeEvent(this, properties.keySet()));
		return "changed";
	}

	record About(String server, String transport, boolean virtual) {

	}

	record FlowView(String state, int requested, Integer applied) {

		static FlowView of(QosFlow flow) {
			Marking marking = flow.marking();
			return new FlowView(flow.state().name(), marking.requested().value(),
					(marking.applied() != null) ? marking.applied().value() : null);
		}

	}

}
