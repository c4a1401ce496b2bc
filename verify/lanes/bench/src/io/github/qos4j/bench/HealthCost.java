package io.github.qos4j.bench;

import java.time.Duration;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.health.QosHealthIndicator;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * Measures our health indicator against one that does nothing. Prints the microseconds of
 * the empty one, of that again, and of ours. Arguments: those of {@link Rounds}, and
 * checks in a turn.
 */
public final class HealthCost {

	private HealthCost() {
	}

	public static void main(String[] arguments) throws Exception {
		Rounds rounds = new Rounds(arguments);
		int times = Integer.parseInt(arguments[3]);
		try (QosHandle handle = Handles.open()) {
			Rounds.Turn empty = turn(new Empty(), times);
			rounds.run("health", empty, empty,
					turn(new QosHealthIndicator(handle, Duration.ofSeconds(1), Duration.ofSeconds(30)), times));
		}
	}

	private static Rounds.Turn turn(HealthIndicator indicator, int times) {
		return Rounds.timed(times, (number) -> {
			for (int i = 0; i < number; i++) {
				Health health = indicator.health();
				if (health == null || !health.getStatus().equals(Status.UP)) {
					throw new IllegalStateException("Not well: " + health);
				}
			}
		});
	}

	/**
	 * An indicator that does nothing.
	 */
	private static final class Empty extends AbstractHealthIndicator {

		@Override
		protected void doHealthCheck(Health.Builder builder) {
			builder.up();
		}

	}

}
