package io.github.qos4j.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Rounds in which each thing has one turn, in an order that is left to chance and that a
 * seed gives again. Prints a line for each round once all are warm: a name, and the
 * figures of the turns.
 */
final class Rounds {

	private final int rounds;

	private final int warmUp;

	private final Random random;

	/**
	 * Create rounds.
	 * @param arguments of the program: rounds, rounds to warm up, seed of the order, and
	 * then its own
	 */
	Rounds(String[] arguments) {
		this.rounds = Integer.parseInt(arguments[0]);
		this.warmUp = Integer.parseInt(arguments[1]);
		this.random = new Random(Long.parseLong(arguments[2]));
	}

	/**
	 * Have all turns in each round.
	 */
	void run(String name, Turn... turns) throws Exception {
		List<Integer> order = new ArrayList<>();
		for (int turn = 0; turn < turns.length; turn++) {
			order.add(turn);
		}
		double[][] figures = new double[turns.length][];
		for (int round = -this.warmUp; round < this.rounds; round++) {
			Collections.shuffle(order, this.random);
			for (int turn : order) {
				figures[turn] = turns[turn].measure();
			}
			if (round >= 0) {
				print(name, figures);
			}
		}
	}

	private static void print(String name, double[][] figures) {
		StringBuilder line = new StringBuilder(name);
		for (double[] turn : figures) {
			for (double figure : turn) {
				line.append(String.format(Locale.ROOT, ";%.4f", figure));
			}
		}
		System.out.println(line);
	}

	/**
	 * Return a turn that tells the microseconds that something takes.
	 * @param times how often it is done in a turn
	 */
	static Turn timed(int times, Work work) {
		return () -> {
			long start = System.nanoTime();
			work.run(times);
			return new double[] { (System.nanoTime() - start) / 1e3 / times };
		};
	}

	/**
	 * Measures something once, and tells one figure or several.
	 */
	interface Turn {

		double[] measure() throws Exception;

	}

	/**
	 * Does something a number of times.
	 */
	interface Work {

		void run(int times) throws Exception;

	}

}
