package io.github.qos4j.internal.handle;

import java.util.List;

import io.github.qos4j.NativeSocket;
import io.github.qos4j.SocketFinder;
import io.github.qos4j.internal.util.Monitor;
import org.jspecify.annotations.Nullable;

/**
 * Finds sockets while the flows of a handle are in force where they can be. As long as
 * marking is paused or there is no session, their sockets would be found as if they had
 * none. Right after that they are on their way, so the first look is left out, too; and
 * what was found while it changed is found again by a later look.
 */
final class SettledSocketFinder implements SocketFinder {

	private final Monitor monitor;

	private final SessionInUse session;

	private final Pause pause;

	private final SocketFinder finder;

	/** What was so at the last look. */
	private Basis basis;

	SettledSocketFinder(Monitor monitor, SessionInUse session, Pause pause, SocketFinder finder) {
		this.monitor = monitor;
		this.session = session;
		this.pause = pause;
		this.finder = finder;
		this.basis = basis();
	}

	@Override
	public List<NativeSocket> find() {
		Basis before = this.basis;
		this.basis = basis();
		if (!this.basis.isMarking() || !this.basis.equals(before)) {
			return List.of();
		}
		List<NativeSocket> found = this.finder.find();
		if (!this.basis.equals(basis())) {
			this.finder.forget();
			return List.of();
		}
		return found;
	}

	@Override
	public void forget() {
		this.finder.forget();
	}

	private Basis basis() {
		return this.monitor.get(() -> new Basis(this.session.get(), this.pause.isOn(), this.pause.changes()));
	}

	/**
	 * What flows need to be in force.
	 *
	 * @param session the session in use
	 * @param paused whether marking is paused
	 * @param changes how often it was paused and resumed
	 */
	private record Basis(@Nullable SessionLane session, boolean paused, int changes) {

		boolean isMarking() {
			return this.session != null && !this.paused;
		}

	}

}
