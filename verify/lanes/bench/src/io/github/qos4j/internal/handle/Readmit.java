package io.github.qos4j.internal.handle;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.qwave.FakeQwave;
import io.github.qos4j.internal.qwave.FakeQwaveBackend;
import io.github.qos4j.internal.socket.SocketBackend;
import io.github.qos4j.spi.Availability;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionFlow;
import io.github.qos4j.spi.SessionSettings;

/**
 * Measures how long it takes to add many flows, each of a socket of its own, and to admit
 * them again after their session was lost. Prints a line for each round and backend, with
 * milliseconds: for adding, for admitting again, and for adding with another handle,
 * which tells the noise. Arguments: flows, rounds, and rounds to warm up.
 */
public final class Readmit {

	/** How often the fake has its turn in a round: it takes a tenth of the time. */
	private static final int FAKES = 5;

	private static final Duration SOON = Duration.ofMinutes(1);

	private Readmit() {
	}

	public static void main(String[] arguments) throws Exception {
		int flows = Integer.parseInt(arguments[0]);
		int rounds = Integer.parseInt(arguments[1]);
		int warmUp = Integer.parseInt(arguments[2]);
		List<DatagramChannel> sockets = sockets(flows);
		for (int round = -warmUp; round < rounds; round++) {
			// One after the other, so that whatever else the machine does hurts both.
			measure(round, "socket", new SocketBackend(), Readmit::takeOut, sockets);
			for (int i = 0; i < FAKES; i++) {
				FakeQwave qwave = FakeQwave.withoutBook();
				measure(round, "qwave (fake)", new FakeQwaveBackend(qwave), (session) -> qwave.sleep(), sockets);
			}
		}
		for (DatagramChannel socket : sockets) {
			socket.close();
		}
	}

	private static List<DatagramChannel> sockets(int number) throws Exception {
		List<DatagramChannel> sockets = new ArrayList<>();
		for (int i = 0; i < number; i++) {
			sockets.add(DatagramChannel.open().connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9)));
		}
		return sockets;
	}

	/**
	 * Do to a session of sockets what sleep does to qWAVE's: its flows are gone.
	 */
	private static void takeOut(Mortal.Session session) {
		session.inForce.forEach(session.session::remove);
		session.inForce.clear();
	}

	private static void measure(int round, String name, QosBackend backend, Consumer<Mortal.Session> kill,
			List<DatagramChannel> sockets) throws Exception {
		Mortal mortal = new Mortal(backend, kill);
		double adding;
		double again;
		try (DefaultQosHandle handle = open(mortal)) {
			adding = add(handle, mortal, sockets);
			again = readmit(handle, mortal, sockets);
		}
		double adding2;
		try (DefaultQosHandle handle = open(mortal)) {
			adding2 = add(handle, mortal, sockets);
		}
		if (round >= 0) {
			System.out.printf(Locale.ROOT, "%s;%.3f;%.3f;%.3f%n", name, adding, again, adding2);
		}
	}

	private static DefaultQosHandle open(Mortal mortal) {
		// Looks when told, and not meanwhile.
		DefaultQosHandle handle = (DefaultQosHandle) mortal.applyTo(QosHandle.builder())
			.checkInterval(Duration.ofDays(1))
			.logger(new Silence())
			.build();
		handle.awaitOpen(SOON);
		return handle;
	}

	private static double add(DefaultQosHandle handle, Mortal mortal, List<DatagramChannel> sockets) throws Exception {
		mortal.expect(sockets.size());
		System.gc();
		long start = System.nanoTime();
		for (DatagramChannel socket : sockets) {
			handle.addFlow(socket, TrafficType.VOICE);
		}
		return await(handle, mortal, sockets.size(), start);
	}

	private static double readmit(DefaultQosHandle handle, Mortal mortal, List<DatagramChannel> sockets)
			throws Exception {
		mortal.kill();
		mortal.expect(sockets.size());
		System.gc();
		handle.check();
		double time = await(handle, mortal, sockets.size(), -1);
		if (mortal.opened != 2) {
			throw new IllegalStateException("There have been " + mortal.opened + " sessions");
		}
		mortal.opened = 0;
		return time;
	}

	/**
	 * Wait until all flows are in force.
	 * @param start when this began, or -1 for when the loss was found out
	 * @return how long it took, in milliseconds
	 */
	private static double await(DefaultQosHandle handle, Mortal mortal, int flows, long start) throws Exception {
		if (!mortal.done.await(SOON.toSeconds(), TimeUnit.SECONDS)) {
			throw new IllegalStateException("Not all flows are in force: " + handle.status());
		}
		for (QosFlow flow : handle.flows()) {
			flow.awaitActive(SOON);
		}
		if (handle.status().flows().active() != flows) {
			throw new IllegalStateException("Not all flows are in force: " + handle.status());
		}
		return (mortal.doneAt - ((start != -1) ? start : mortal.lostAt)) / 1e6;
	}

	/**
	 * Logs nowhere: how long a line takes on a console is not what is measured.
	 */
	private static final class Silence implements System.Logger {

		@Override
		public String getName() {
			return "";
		}

		@Override
		public boolean isLoggable(Level level) {
			return false;
		}

		@Override
		public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
		}

		@Override
		public void log(Level level, ResourceBundle bundle, String format, Object... arguments) {
		}

	}

	/**
	 * A backend whose sessions can be killed, and which notes when its flows are in force
	 * and when somebody finds out that a session is dead.
	 */
	private static final class Mortal implements QosBackend {

		private final QosBackend backend;

		private final Consumer<Session> kill;

		private volatile Session last;

		private volatile int opened;

		private volatile CountDownLatch done = new CountDownLatch(0);

		private volatile long doneAt;

		private volatile long lostAt;

		Mortal(QosBackend backend, Consumer<Session> kill) {
			this.backend = backend;
			this.kill = kill;
		}

		void expect(int adds) {
			this.done = new CountDownLatch(adds);
		}

		void kill() {
			Session session = this.last;
			this.kill.accept(session);
			session.dead = true;
		}

		@Override
		public String name() {
			return this.backend.name();
		}

		@Override
		public Availability availability() {
			return this.backend.availability();
		}

		@Override
		public boolean mayBlock() {
			return this.backend.mayBlock();
		}

		@Override
		public QosSession open(SessionSettings settings) {
			Session session = new Session(this.backend.open(settings));
			this.last = session;
			this.opened++;
			return session;
		}

		private final class Session implements QosSession {

			private final QosSession session;

			/** In the order of the adds, which nobody makes at a time here. */
			private final List<SessionFlow> inForce = new ArrayList<>();

			private volatile boolean dead;

			Session(QosSession session) {
				this.session = session;
			}

			@Override
			public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
				SessionFlow flow = this.session.add(socket, options, dscp);
				this.inForce.add(flow);
				CountDownLatch left = Mortal.this.done;
				if (left.getCount() == 1) {
					Mortal.this.doneAt = System.nanoTime();
				}
				left.countDown();
				return flow;
			}

			@Override
			public void remove(SessionFlow flow) {
				this.session.remove(flow);
				this.inForce.remove(flow);
			}

			@Override
			public void verifyAlive() {
				if (this.dead) {
					Mortal.this.lostAt = System.nanoTime();
					throw new QosException(ErrorCase.HANDLE_LOST, "The session was killed", null, null);
				}
				this.session.verifyAlive();
			}

			@Override
			public void close(Iterable<SessionFlow> flows) {
				this.session.close(this.dead ? List.of() : flows);
			}

		}

	}

}
