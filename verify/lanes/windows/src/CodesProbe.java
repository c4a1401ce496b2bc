import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.qos4j.ClientTracking;
import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.FlowRate;
import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QwaveOptions;
import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.TrafficType;

/**
 * Lets functions of qWAVE fail, one after the other. Each line of the file that it is given is a row: its number, the
 * function, what the application does while it fails, the code, and the states that are expected at the first call and
 * in recovery. Prints for each cell the state that the handle or flow came to, and what was told of the failure:
 * case, code and symbol, or nothing.
 */
public final class CodesProbe {

	private static final Duration CHECK_INTERVAL = Duration.ofMillis(50);

	private static final QosFlowOptions VOICE = QosFlowOptions.of(TrafficType.VOICE);

	private static final QosFlowOptions LIMITED = VOICE.withRate(FlowRate.of(1_000_000));

	private static final QosFlowOptions ADAPTIVE = LIMITED.withQwave(QwaveOptions.ADAPTIVE);

	private static int killed;

	private static int fired;

	private CodesProbe() {
	}

	public static void main(String[] args) throws Exception {
		int share = Integer.parseInt(args[1]);
		int shares = Integer.parseInt(args[2]);
		List<String> rows = Files.readAllLines(Path.of(args[0]));
		for (int i = share; i < rows.size(); i += shares) {
			String[] row = rows.get(i).split(";");
			run(row, "first call", row[4]);
			run(row, "in recovery", row[5]);
		}
		StandIn.print("end", "");
	}

	private static void run(String[] row, String when, String expected) throws Exception {
		String came;
		try (Cell cell = new Cell(row[1], row[2], row[3], expected)) {
			came = when.equals("first call") ? cell.firstCall() : cell.inRecovery();
		}
		catch (Exception ex) {
			came = "trouble;" + String.valueOf(ex).replace(';', ',').replace('\n', ' ');
		}
		System.out.println("cell;" + row[0] + ";" + when + ";" + came);
	}

	/**
	 * A handle of its own, and what the application does with it.
	 */
	private static final class Cell implements AutoCloseable {

		private final String function;

		private final String use;

		private final String code;

		private final String expected;

		private final List<DatagramChannel> sockets = new ArrayList<>();

		private QosHandle handle;

		private QosFlow flow;

		private CompletableFuture<FlowCondition> wait;

		private ClientTracking tracking;

		/** What was told of the failure. */
		private String told = "";

		Cell(String function, String use, String code, String expected) throws IOException {
			this.function = function;
			this.use = use;
			this.code = code;
			this.expected = expected;
			StandIn.tell();
			StandIn.mark();
		}

		String firstCall() throws Exception {
			boolean opening = this.use.equals("opening");
			if (opening) {
				fail();
			}
			open();
			if (!opening) {
				this.handle.awaitOpen(StandIn.SOON);
				prepare();
				fail();
			}
			return meet(false);
		}

		String inRecovery() throws Exception {
			open();
			this.handle.awaitOpen(StandIn.SOON);
			prepare();
			begin();
			if (this.use.equals("opening")) {
				StandIn.tell("kill-handles " + ++killed + " 1164", order());
				return meet(true);
			}
			StandIn.mark();
			StandIn.tell("kill-handles " + ++killed + " 1164", "hold QOSCreateHandle");
			StandIn.await("a new handle", () -> StandIn.count("\"begin\"", "QOSCreateHandle") > 0);
			StandIn.mark();
			fail();
			if (!this.expected.equals("handle RECOVERING")) {
				StandIn.await("recovery", () -> this.handle.state() == HandleState.OPEN);
			}
			return meet(true);
		}

		private void open() {
			this.handle = QosHandle.builder()
				.backend("qwave")
				.recoveryBackoff(Duration.ofMillis(5), Duration.ofMillis(20))
				.checkInterval(CHECK_INTERVAL)
				.build();
		}

		/** Do what there is to do before the function fails. */
		private void prepare() throws Exception {
			switch (this.use) {
				case "opening", "closing", "adding a flow" -> {
				}
				case "changing a flow" -> this.flow = active(LIMITED);
				case "asking", "waiting" -> this.flow = active(ADAPTIVE);
				case "ending a wait" -> {
					this.flow = active(ADAPTIVE);
					waitForCongestion();
				}
				case "ending a tracking" -> {
					this.flow = active(VOICE);
					track();
				}
				default -> this.flow = active(VOICE);
			}
		}

		/** Do once what the function is for, before sleep. */
		private void begin() throws Exception {
			switch (this.use) {
				case "adding a flow" -> this.flow = active(VOICE.withDscp(Dscp.EF));
				case "adding a socket" -> get(this.flow.add(QosSocket.of(socket())));
				case "waiting" -> waitForCongestion();
				case "tracking a client" -> track();
				default -> {
				}
			}
		}

		private void waitForCongestion() throws Exception {
			this.wait = this.flow.when(FlowCondition.CONGESTED);
			StandIn.await("a wait", () -> StandIn.count("\"end\"", "QOSNotifyFlow", "\"error\":997") > 0);
		}

		private void track() throws Exception {
			this.tracking = this.handle.qwave().trackClient(InetAddress.getByName("192.0.2.7"));
			get(this.tracking.whenTracked());
		}

		private String order() {
			return "fail " + this.function + " " + this.code;
		}

		private void fail() throws IOException {
			StandIn.tell(order());
		}

		/** Meet the failure, and return what came of it. */
		private String meet(boolean recovery) throws Exception {
			switch (this.use) {
				case "opening" -> {
					awaitState();
					toldByHandle();
					StandIn.await("a further try", () -> this.handle.status().nextTry() != null);
				}
				case "adding a flow" -> {
					if (!recovery) {
						this.flow = this.handle.addFlow(socket(), VOICE.withDscp(Dscp.EF));
					}
					awaitState();
					toldByFlowOrHandle();
				}
				case "adding a socket" -> {
					if (!recovery && this.code.equals("1168")) {
						// The peer is this machine, so the socket needs nothing.
						get(this.flow.add(QosSocket.of(socket())));
					}
					else if (!recovery) {
						refused(() -> this.flow.add(QosSocket.of(socket())));
					}
					awaitState();
					if (recovery) {
						toldByFlowOrHandle();
					}
				}
				case "changing a flow" -> {
					if (this.expected.equals("flow FAILED")) {
						// It could not be given back what it had.
						awaitState();
						this.told = toldByFlow();
						break;
					}
					awaitActive();
					refused(() -> this.flow.setOptions(LIMITED.withTrafficType(TrafficType.CONTROL)));
					require(this.flow.options().equals(LIMITED), "it did not stay as it was");
				}
				case "checking" -> awaitFailures(2);
				case "asking" -> ask();
				case "waiting" -> {
					awaitActive();
					this.wait = (this.wait != null) ? this.wait : this.flow.when(FlowCondition.CONGESTED);
					refused(() -> this.wait);
				}
				case "ending a wait" -> endWait(recovery);
				case "closing a flow" -> {
					awaitActive();
					closeFlow();
				}
				case "listing flows" -> {
					awaitActive();
					refused(this.handle.qwave()::systemFlows);
				}
				case "tracking a client" -> track(recovery);
				case "ending a tracking" -> {
					if (recovery) {
						StandIn.await("tracking again", () -> StandIn.count("\"end\"", "QOSStartTracking") > 0);
					}
					this.tracking.close();
					toldByHandle();
				}
				case "closing" -> {
					this.handle.close();
					this.told = spell(this.handle.status().error());
				}
				default -> throw new IllegalArgumentException(this.use);
			}
			StandIn.await("a failure", () -> StandIn.count("\"end\"", this.function, "\"error\":" + this.code + ",") > 0);
			awaitState();
			return state() + ";" + this.told;
		}

		private void ask() throws Exception {
			for (Supplier<CompletionStage<?>> question : List.<Supplier<CompletionStage<?>>>of(
					() -> this.flow.packetPriority(), () -> this.flow.outgoingRate())) {
				refused(question);
			}
			try {
				FlowFundamentals answer = answer(this.flow::fundamentals);
				require(answer.equals(FlowFundamentals.MEASURING) && this.told.startsWith("TRY_AGAIN"), answer);
			}
			catch (ExecutionException ex) {
				require(spell((QosException) ex.getCause()).equals(this.told), ex.getCause());
			}
		}

		private void closeFlow() throws Exception {
			// What follows five refusals, so that they can be seen for as long as they last.
			StandIn.tell(order(), "hold QOSSetFlow");
			this.flow.close();
			if (this.code.equals("1168")) {
				// It is gone, and nobody is told.
				awaitFailures(1);
				require(this.handle.status().error() == null, this.handle.status());
				return;
			}
			awaitFailures(5);
			toldByHandle();
			StandIn.tell(order());
			StandIn.await("no error in the status", () -> this.handle.status().error() == null);
		}

		private void endWait(boolean recovery) throws Exception {
			awaitActive();
			if (recovery) {
				StandIn.await("a wait", () -> StandIn.count("\"end\"", "QOSNotifyFlow", "\"error\":997") > 0);
			}
			this.wait.cancel(true);
			awaitFailures(1);
			// The system still waits, for whoever wants to know next.
			CompletableFuture<FlowCondition> next = this.flow.when(FlowCondition.CONGESTED);
			StandIn.tell(order(), "fire " + ++fired + " congested all");
			require(get(next).equals(FlowCondition.CONGESTED), next);
		}

		private void track(boolean recovery) throws Exception {
			awaitActive();
			if (recovery) {
				toldByHandle();
				return;
			}
			this.tracking = this.handle.qwave().trackClient(InetAddress.getByName("192.0.2.7"));
			if (isHandleLost()) {
				// It is wanted still, and tried with the next handle.
				awaitFailures(2);
				StandIn.tell();
				get(this.tracking.whenTracked());
			}
			else {
				refused(this.tracking::whenTracked);
			}
		}

		private boolean isHandleLost() {
			return List.of("6", "31", "1164").contains(this.code);
		}

		// What comes of it

		private void refused(Supplier<CompletionStage<?>> action) throws Exception {
			try {
				throw new IllegalStateException("Not refused but answered with " + answer(action));
			}
			catch (ExecutionException ex) {
				this.told = spell((QosException) ex.getCause());
			}
		}

		/**
		 * Do something until it is answered: what a handle was asked that is lost meanwhile, it never is, nor what was
		 * asked about a flow that is being removed to be added anew.
		 */
		private static <T> T answer(Supplier<? extends CompletionStage<? extends T>> action) throws Exception {
			long end = System.nanoTime() + StandIn.SOON.toNanos();
			while (true) {
				try {
					return get(Cell.<T>again(action));
				}
				catch (ExecutionException ex) {
					boolean notAsked = ex.getCause() instanceof QosUnavailableException
							|| ex.getCause() instanceof QosException failure && failure.operation() == null
									&& List.of(ErrorCase.INVALID, ErrorCase.NOT_FOUND).contains(failure.errorCase());
					if (!notAsked || System.nanoTime() > end) {
						throw ex;
					}
				}
			}
		}

		/** Do something as soon as the handle is open and the flow in force, which may come and go meanwhile. */
		private static <T> CompletionStage<T> again(Supplier<? extends CompletionStage<? extends T>> action)
				throws Exception {
			List<CompletionStage<? extends T>> stages = new ArrayList<>();
			StandIn.await("an active flow", () -> {
				try {
					stages.add(action.get());
					return true;
				}
				catch (QosException | IllegalStateException ex) {
					return false;
				}
			});
			return stages.get(0).thenApply((result) -> result);
		}

		private String toldByFlow() {
			QosException failure = this.flow.status().failure();
			return (failure != null) ? spell(failure) : "note," + this.flow.marking().note().replace(';', ',');
		}

		private void toldByFlowOrHandle() throws Exception {
			if (this.expected.startsWith("flow ")) {
				this.told = toldByFlow();
			}
			else {
				toldByHandle();
			}
		}

		private void toldByHandle() throws Exception {
			StandIn.await("an error in the status", () -> {
				QosException error = this.handle.status().error();
				return error != null && this.function.equals(error.operation());
			});
			this.told = spell(this.handle.status().error());
		}

		private static String spell(QosException failure) {
			return (failure != null) ? failure.errorCase() + ","
					+ (failure.code().isPresent() ? failure.code().getAsInt() : "") + "," + failure.symbol() : "";
		}

		private void awaitFailures(int count) throws Exception {
			StandIn.await(count + " failures",
					() -> StandIn.count("\"end\"", this.function, "\"error\":" + this.code + ",") >= count);
		}

		private void awaitActive() throws Exception {
			StandIn.await("an active flow", () -> this.flow.state() == FlowState.ACTIVE);
		}

		private String state() {
			return this.expected.startsWith("flow ") ? "flow " + this.flow.state() : "handle " + this.handle.state();
		}

		private void awaitState() throws Exception {
			StandIn.await(this.expected + ", it is " + state(), () -> state().equals(this.expected));
		}

		private static void require(boolean condition, Object problem) {
			if (!condition) {
				throw new IllegalStateException(String.valueOf(problem));
			}
		}

		private static <T> T get(CompletionStage<T> stage) throws Exception {
			return stage.toCompletableFuture().get(StandIn.SOON.toSeconds(), TimeUnit.SECONDS);
		}

		private QosFlow active(QosFlowOptions options) throws IOException {
			QosFlow added = this.handle.addFlow(socket(), options);
			added.awaitActive(StandIn.SOON);
			return added;
		}

		private DatagramChannel socket() throws RuntimeException {
			try {
				this.sockets.add(DatagramChannel.open().connect(new InetSocketAddress("127.0.0.1", 9)));
				return this.sockets.get(this.sockets.size() - 1);
			}
			catch (IOException ex) {
				throw new java.io.UncheckedIOException(ex);
			}
		}

		/** The sockets must have noticed nothing. */
		@Override
		public void close() throws IOException {
			StandIn.tell();
			this.handle.close();
			for (DatagramChannel socket : this.sockets) {
				try {
					socket.write(ByteBuffer.wrap(new byte[1]));
				}
				catch (java.net.PortUnreachableException ex) {
					// Nobody listens, which is no matter of flows.
				}
				socket.close();
			}
		}

	}

}
