package io.github.qos4j.internal.socket;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.NativeError;
import io.github.qos4j.QosException;
import io.github.qos4j.TrafficType;

/**
 * Options of sockets that exist, kept apart from them by a system that can refuse.
 */
final class FakeSocketOptions implements SocketOptions {

	/** What was set, in order: {@code IP_TOS=224}, {@code rate=1000}. */
	final List<String> calls = new ArrayList<>();

	final Map<Integer, Map<Option, Integer>> values = new HashMap<>();

	final Map<Integer, Long> rates = new HashMap<>();

	final Map<Integer, TcpInfo> tcpInfos = new HashMap<>();

	/** What is refused: an option, or {@code rate}. */
	Object refused;

	/** On which sockets it is refused. */
	IntPredicate refusedOn = (descriptor) -> true;

	NativeError refusal;

	Family family = Family.IPV6;

	Family peerFamily;

	boolean tos = true;

	boolean reflecting;

	void refuse(Object what, int errno, ErrorCase errorCase) {
		this.refused = what;
		this.refusal = new NativeError("setsockopt(" + what + ")", errno, "E", errorCase, null);
	}

	private void check(int descriptor, Object what) {
		if (what.equals(this.refused) && this.refusedOn.test(descriptor)) {
			throw new QosException(this.refusal);
		}
	}

	@Override
	public void set(int descriptor, Option option, int value) {
		check(descriptor, option);
		this.calls.add(option + "=" + value);
		of(descriptor).put(option, value);
	}

	@Override
	public int get(int descriptor, Option option) {
		return of(descriptor).get(option);
	}

	private Map<Option, Integer> of(int descriptor) {
		return this.values.computeIfAbsent(descriptor,
				(number) -> new EnumMap<>(Map.of(Option.IP_TOS, 0, Option.IPV6_TCLASS, 0, Option.SO_PRIORITY, 0)));
	}

	@Override
	public Family family(int descriptor) {
		return this.family;
	}

	@Override
	public Family peerFamily(int descriptor) {
		return this.peerFamily;
	}

	@Override
	public boolean hasTos(Family family) {
		return this.tos;
	}

	@Override
	public Option priorityOption() {
		return Option.SO_PRIORITY;
	}

	@Override
	public int priority(TrafficType type) {
		return (type == TrafficType.VOICE) ? 6 : 2;
	}

	@Override
	public void setRate(int descriptor, long bytesPerSecond) {
		check(descriptor, "rate");
		this.calls.add("rate=" + bytesPerSecond);
		this.rates.put(descriptor, bytesPerSecond);
	}

	@Override
	public long getRate(int descriptor) {
		return this.rates.getOrDefault(descriptor, NO_LIMIT);
	}

	@Override
	public TcpInfo tcpInfo(int descriptor) {
		check(descriptor, "tcpInfo");
		return this.tcpInfos.get(descriptor);
	}

	@Override
	public boolean isReflecting() {
		return this.reflecting;
	}

	@Override
	public long cookie(int descriptor) {
		throw new UnsupportedOperationException();
	}

	@Override
	public int duplicate(int descriptor) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void close(int duplicate) {
		throw new UnsupportedOperationException();
	}

	@Override
	public int localPort(int descriptor) {
		return 0;
	}

}
