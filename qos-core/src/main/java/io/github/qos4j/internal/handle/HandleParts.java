package io.github.qos4j.internal.handle;

import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.internal.util.Timer;

/**
 * What all parts of a handle share.
 *
 * @param settings what the handle was built with
 * @param monitor its lock
 * @param timer its time
 * @param session the session that it uses
 * @param pause whether its marking is paused
 * @param problems what is wrong with single flows
 * @param events what tells its listeners
 * @param owner what it does for its flows
 */
record HandleParts(HandleSettings settings, Monitor monitor, Timer timer, SessionInUse session, Pause pause,
		Problems problems, Events events, FlowsOwner owner) {

	CodePoints codePoints() {
		return new CodePoints(this.settings.profile());
	}

}
