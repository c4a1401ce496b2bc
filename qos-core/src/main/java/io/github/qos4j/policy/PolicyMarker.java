package io.github.qos4j.policy;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.github.qos4j.FlowState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * Marks connections by policies, and follows these when they change. Integrations of
 * servers and clients tell it of their connections.
 * <p>
 * Thread-safe. Marking a connection never fails it: what goes wrong is told by the flow's
 * status, or logged. Nothing waits for a service.
 */
public final class PolicyMarker implements AutoCloseable {

	private static final System.Logger logger = System.getLogger(PolicyMarker.class.getName());

	private final QosHandle handle;

	private final ResolvedHosts hosts = new ResolvedHosts();

	/** Flows added here, and how to find the policy of each again. */
	private final Map<QosFlow, Following> flows = Collections.synchronizedMap(new WeakHashMap<>());

	private final AtomicBoolean warned = new AtomicBoolean();

	private volatile QosPolicies policies;

	/**
	 * Create a marker.
	 * @param handle the handle that flows are added to; it is not closed with the marker
	 * @param policies the policies
	 * @throws IllegalArgumentException if an argument is null
	 */
	public PolicyMarker(QosHandle handle, QosPolicies policies) {
		this.handle = Assert.notNull(handle, "handle");
		this.policies = Assert.notNull(policies, "policies");
		this.hosts.use(policies.hosts());
	}

	/**
	 * Return the marker that is used where nobody can be given one, such as by socket
	 * factories that a driver creates by the name of their class. It is the one set with
	 * {@link #setDefault}. As long as nobody has decided about the default, it is one
	 * with a handle of its own, which this creates, and no policies but those of the
	 * traffic types.
	 * @return the marker, or empty if nothing is to be marked: after
	 * {@link #disableDefault()}, or once the one that was set is closed
	 */
	public static Optional<PolicyMarker> getDefault() {
		return DefaultMarker.get();
	}

	/**
	 * Set the marker that {@link #getDefault()} returns, until it is closed or another
	 * one is set.
	 * @param marker the marker
	 * @throws IllegalArgumentException if the marker is null
	 */
	public static void setDefault(PolicyMarker marker) {
		DefaultMarker.set(Assert.notNull(marker, "marker"));
	}

	/**
	 * Have no default until one is set: those that would use it mark nothing, and no
	 * handle is created for them.
	 */
	public static void disableDefault() {
		DefaultMarker.set(null);
	}

	/**
	 * Return the handle that flows are added to.
	 * @return the handle
	 */
	public QosHandle handle() {
		return this.handle;
	}

	/**
	 * Return the policies in use.
	 * @return the policies
	 */
	public QosPolicies policies() {
		return this.policies;
	}

	/**
	 * Use other policies from now on. Flows that were added through this marker change to
	 * what the new policies say, and are closed where these say nothing. Connections that
	 * have no flow of their own stay as they are until they end: those that have
	 * inherited the mark of the server socket that has accepted them, and those that no
	 * policy matched. Does not wait for the system.
	 * @param policies the new policies
	 * @throws IllegalArgumentException if the policies are null
	 */
	public void setPolicies(QosPolicies policies) {
		Assert.notNull(policies, "policies");
		synchronized (this.hosts) {
			this.policies = policies;
			this.hosts.use(policies.hosts());
		}
		Map<QosFlow, Following> known;
		synchronized (this.flows) {
			known = Map.copyOf(this.flows);
		}
		known.forEach((flow, following) -> following.follow(flow));
	}

	/**
	 * Return what the choice of policies depends on besides the connection: equal as long
	 * as each connection has the same policy.
	 */
	Object basis() {
		return List.of(this.policies, this.hosts.changes());
	}

	/**
	 * Return the policy for a connection.
	 * @param endpoints the ends of the connection
	 * @param otherwise the name of the policy where none matches, or {@code null}
	 * @return the policy, or {@code null} if there is none
	 */
	public @Nullable QosPolicy policyFor(Endpoints endpoints, @Nullable String otherwise) {
		return choose(this.policies, Assert.notNull(endpoints, "endpoints"), otherwise);
	}

	private @Nullable QosPolicy choose(QosPolicies from, Endpoints endpoints, @Nullable String otherwise) {
		return choose(from, from.match(endpoints, this.hosts), otherwise);
	}

	private static @Nullable QosPolicy choose(QosPolicies from, @Nullable QosPolicy matching,
			@Nullable String otherwise) {
		return (matching != null || otherwise == null) ? matching : from.named(otherwise).orElse(null);
	}

	/**
	 * Mark a connection, established or about to be, by the policy that matches it.
	 * @param socket the socket
	 * @param endpoints the ends of the connection, which may be known before the socket
	 * has them
	 * @param otherwise the name of the policy where none matches, or {@code null} to mark
	 * nothing then
	 * @return the flow, or {@code null} if there is no policy for the connection, or if
	 * it is closed already
	 * @throws IllegalArgumentException if the socket or the endpoints are null
	 */
	public @Nullable QosFlow mark(QosSocket socket, Endpoints endpoints, @Nullable String otherwise) {
		Assert.notNull(endpoints, "endpoints");
		return mark(socket, (from) -> choose(from, endpoints, otherwise));
	}

	/**
	 * Mark a connection that was accepted. It has both ends for good, so they are looked
	 * up only if policies match by them, now or later.
	 */
	@Nullable QosFlow markAccepted(QosSocket connection, @Nullable String otherwise) {
		return mark(connection, (from) -> choose(from,
				from.haveMatches() ? from.match(Endpoints.of(connection), this.hosts) : null, otherwise));
	}

	/**
	 * Mark a socket by a policy that is chosen by its name.
	 * @param socket the socket
	 * @param policy the name of the policy
	 * @return the flow, or {@code null} if there is no such policy, or if the socket is
	 * closed already
	 * @throws IllegalArgumentException if an argument is null
	 */
	public @Nullable QosFlow mark(QosSocket socket, String policy) {
		Assert.notNull(policy, "policy");
		return mark(socket, (from) -> from.named(policy).orElse(null));
	}

	/**
	 * Tell more of a connection that was marked before both of its ends were known, such
	 * as the address of a host. The flow changes to what the policy says that matches
	 * now, and is closed if none does. Does not wait for the system.
	 * @param flow a flow that {@link #mark(QosSocket, Endpoints, String)} has returned
	 * @param endpoints the ends of the connection
	 * @param otherwise the name of the policy where none matches, or {@code null}
	 * @throws IllegalArgumentException if the flow or the endpoints are null
	 */
	public void update(QosFlow flow, Endpoints endpoints, @Nullable String otherwise) {
		Assert.notNull(flow, "flow");
		Assert.notNull(endpoints, "endpoints");
		change(flow, (from) -> choose(from, endpoints, otherwise));
	}

	@Nullable QosFlow mark(QosSocket socket, Choice choice) {
		Assert.notNull(socket, "socket");
		QosPolicies current = this.policies;
		QosPolicy policy = choice.from(current);
		if (policy == null) {
			return null;
		}
		QosFlow flow = add(socket, policy.options());
		if (flow != null) {
			Following following = new Following(choice, nameOf(policy, current));
			this.flows.put(flow, following);
			if (this.policies != current) {
				// They have changed before this flow was known.
				following.follow(flow);
			}
		}
		return flow;
	}

	/**
	 * Have a flow follow another choice from now on.
	 */
	void change(QosFlow flow, Choice choice) {
		this.flows.computeIfAbsent(flow, (added) -> new Following(choice, null)).change(flow, choice);
	}

	/**
	 * Return what a flow follows, or {@code null} if it was not added here.
	 */
	@Nullable Choice choiceOf(QosFlow flow) {
		Following following = this.flows.get(flow);
		return (following != null) ? following.choice() : null;
	}

	/**
	 * Return the name of a policy, or {@code null} for one that is none of the policies
	 * but the options that a flow had before.
	 */
	private static @Nullable String nameOf(QosPolicy policy, QosPolicies policies) {
		return policies.named(policy.name()).filter(policy::equals).map(QosPolicy::name).orElse(null);
	}

	private @Nullable QosFlow add(QosSocket socket, QosFlowOptions options) {
		try {
			return this.handle.addFlow(socket, options);
		}
		catch (RuntimeException ex) {
			// The socket or the handle has been closed, or the socket is of a kind that
			// cannot be marked: nothing that may fail a connection.
			logger.log(System.Logger.Level.DEBUG, "A connection is not marked", ex);
			return null;
		}
	}

	/**
	 * Return the name of the policy that a flow is marked by. When it is to follow
	 * another one, this is still the one before until the other's options are in force,
	 * and stays so if the system refuses these.
	 * @param flow a flow
	 * @return the name, or {@code null} if this marker has not marked the flow, or has
	 * given it back what it had before
	 * @throws IllegalArgumentException if the flow is null
	 */
	public @Nullable String policyOf(QosFlow flow) {
		Following following = this.flows.get(Assert.notNull(flow, "flow"));
		return (following != null) ? following.policy() : null;
	}

	/**
	 * Return the open flows that were added through this marker.
	 * @return the flows, in no order
	 */
	public List<QosFlow> flows() {
		Set<QosFlow> known;
		synchronized (this.flows) {
			known = Set.copyOf(this.flows.keySet());
		}
		// Asking a flow takes the lock of its handle.
		return known.stream().filter((flow) -> flow.state() != FlowState.CLOSED).toList();
	}

	/**
	 * Stop looking for the addresses of hosts, and no longer be the default. Flows stay
	 * open: they belong to the handle.
	 */
	@Override
	public void close() {
		DefaultMarker.remove(this);
		this.hosts.close();
	}

	/**
	 * How the policy of a flow is found, whatever the policies are. Must not refer to the
	 * flow or its socket.
	 */
	@FunctionalInterface
	interface Choice {

		@Nullable QosPolicy from(QosPolicies policies);

	}

	/**
	 * What a flow follows. It is decided and done under one lock for each flow, else what
	 * was decided first could be done last.
	 */
	private final class Following {

		private Choice choice;

		/** The name of the policy whose options it has. */
		private volatile @Nullable String policy;

		/** How often other options were asked for. */
		private int asked;

		/** Which time it was that brought the ones in force. */
		private int succeeded;

		/** How many of these were not answered yet. */
		private int waiting;

		Following(Choice choice, @Nullable String policy) {
			this.choice = choice;
			this.policy = policy;
		}

		@Nullable String policy() {
			return this.policy;
		}

		synchronized Choice choice() {
			return this.choice;
		}

		synchronized void change(QosFlow flow, Choice changed) {
			this.choice = changed;
			follow(flow);
		}

		synchronized void follow(QosFlow flow) {
			try {
				QosPolicies current = PolicyMarker.this.policies;
				QosPolicy next = this.choice.from(current);
				if (next == null) {
					this.policy = null;
					this.succeeded = this.asked;
					flow.close();
				}
				else if (this.waiting == 0 && next.options().equals(flow.options())) {
					this.policy = nameOf(next, current);
				}
				else {
					change(flow, next.options(), nameOf(next, current));
				}
			}
			catch (RuntimeException ex) {
				System.Logger.Level level = PolicyMarker.this.warned.compareAndSet(false, true)
						? System.Logger.Level.WARNING : System.Logger.Level.DEBUG;
				logger.log(level, "A flow cannot follow its policy", ex);
			}
		}

		private void change(QosFlow flow, QosFlowOptions options, @Nullable String name) {
			CompletionStage<QosFlow> change = flow.setOptions(options);
			int number = ++this.asked;
			this.waiting++;
			change.whenComplete((changed, failure) -> answered(number, name, failure == null));
		}

		/**
		 * Note what has become of options. Answers may come in any order.
		 */
		private synchronized void answered(int number, @Nullable String name, boolean success) {
			this.waiting--;
			if (success && number > this.succeeded) {
				this.succeeded = number;
				this.policy = name;
			}
		}

	}

	/**
	 * The marker for those that cannot be given one.
	 */
	private static final class DefaultMarker {

		private static final AtomicReference<@Nullable PolicyMarker> SET = new AtomicReference<>();

		/** Whether somebody has decided about it. */
		private static volatile boolean decided;

		static Optional<PolicyMarker> get() {
			// In the opposite order to setting.
			boolean own = !decided;
			PolicyMarker set = SET.get();
			return Optional.ofNullable((set == null && own) ? Own.MARKER : set);
		}

		static void set(@Nullable PolicyMarker marker) {
			decided = true;
			SET.set(marker);
		}

		static void remove(PolicyMarker marker) {
			SET.compareAndSet(marker, null);
		}

		/**
		 * Created when it is needed.
		 */
		private static final class Own {

			static final PolicyMarker MARKER = new PolicyMarker(QosHandle.builder().name("default").build(),
					QosPolicies.none());

		}

	}

}
