package io.github.qos4j.internal.qwave;

import java.util.OptionalLong;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.FlowFundamentals.Measurement;
import io.github.qos4j.FlowRate;
import io.github.qos4j.PacketPriority;
import io.github.qos4j.QwaveOptions;
import io.github.qos4j.TrafficType;

/**
 * What the types of this library are in {@code qos2.h}, and the other way round.
 */
final class Marshalling {

	private Marshalling() {
	}

	static int of(TrafficType type) {
		return switch (type) {
			case BEST_EFFORT -> Qos2.QOSTrafficTypeBestEffort;
			case BACKGROUND -> Qos2.QOSTrafficTypeBackground;
			case EXCELLENT_EFFORT -> Qos2.QOSTrafficTypeExcellentEffort;
			case AUDIO_VIDEO -> Qos2.QOSTrafficTypeAudioVideo;
			case VOICE -> Qos2.QOSTrafficTypeVoice;
			case CONTROL -> Qos2.QOSTrafficTypeControl;
		};
	}

	static Qos2.QOS_FLOWRATE_OUTGOING of(FlowRate rate, QwaveOptions qwave) {
		Qos2.QOS_FLOWRATE_OUTGOING nativeRate = new Qos2.QOS_FLOWRATE_OUTGOING();
		boolean special = rate.bitsPerSecond() == Qos2.QOS_OUTGOING_DEFAULT_MINIMUM_BANDWIDTH;
		nativeRate.Bandwidth = special ? rate.bitsPerSecond() - 1 : rate.bitsPerSecond();
		nativeRate.ShapingBehavior = switch (qwave.shaping()) {
			case SHAPE_ONLY -> Qos2.QOSShapeOnly;
			case SHAPE_AND_MARK -> Qos2.QOSShapeAndMark;
			case USE_NON_CONFORMANT_MARKINGS -> Qos2.QOSUseNonConformantMarkings;
		};
		nativeRate.Reason = switch (qwave.reason()) {
			case NOT_APPLICABLE -> Qos2.QOSFlowRateNotApplicable;
			case CONTENT_CHANGE -> Qos2.QOSFlowRateContentChange;
			case CONGESTION -> Qos2.QOSFlowRateCongestion;
			case HIGHER_CONTENT_ENCODING -> Qos2.QOSFlowRateHigherContentEncoding;
			case USER_CAUSED -> Qos2.QOSFlowRateUserCaused;
		};
		return nativeRate;
	}

	/**
	 * Return what is known of a path: that it is being measured, where nothing is.
	 */
	static FlowFundamentals of(Qos2.QOS_FLOW_FUNDAMENTALS answer) {
		OptionalLong bottleneck = known(answer.BottleneckBandwidthSet, answer.BottleneckBandwidth);
		OptionalLong available = known(answer.AvailableBandwidthSet, answer.AvailableBandwidth);
		OptionalLong roundTrip = known(answer.RTTSet, Integer.toUnsignedLong(answer.RTT));
		if (bottleneck.isEmpty() && available.isEmpty() && roundTrip.isEmpty()) {
			return FlowFundamentals.MEASURING;
		}
		OptionalLong none = OptionalLong.empty();
		return new FlowFundamentals(Measurement.MEASURED, bottleneck, available, roundTrip, none, none, none);
	}

	private static OptionalLong known(int set, long value) {
		return (set != 0) ? OptionalLong.of(value) : OptionalLong.empty();
	}

	static PacketPriority of(Qos2.QOS_PACKET_PRIORITY priority) {
		return new PacketPriority(dscp(priority.ConformantDSCPValue), dscp(priority.NonConformantDSCPValue),
				priority.ConformantL2Value, priority.NonConformantL2Value);
	}

	private static Dscp dscp(int value) {
		return Dscp.of(value & 63);
	}

}
