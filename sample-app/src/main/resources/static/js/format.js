/** Figures and names as people read them. */

const UNKNOWN = "–";

export function dscp(mark) {
	return mark ? `${mark.value} ${mark.name && mark.name !== String(mark.value) ? mark.name : ""}`.trim() : UNKNOWN;
}

function short(value) {
	return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function micros(value) {
	if (value === null || value === undefined) {
		return UNKNOWN;
	}
	if (value < 1000) {
		return `${Math.round(value)} µs`;
	}
	return value < 1e6 ? `${short(value / 1000)} ms` : `${short(value / 1e6)} s`;
}

export function bits(value) {
	if (value === null || value === undefined) {
		return UNKNOWN;
	}
	const [factor, unit] = [[1e9, "Gbit/s"], [1e6, "Mbit/s"], [1e3, "kbit/s"]].find(([each]) => value >= each)
		?? [1, "bit/s"];
	return `${factor === 1 ? Math.round(value) : short(value / factor)} ${unit}`;
}

export function time(instant) {
	return instant ? new Date(instant).toLocaleTimeString([], { hour12: false }) : UNKNOWN;
}

export function count(number, noun) {
	return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** "audio-video" as people write it. */
export function words(name) {
	const text = String(name ?? UNKNOWN).replaceAll("-", " ").replaceAll("_", " ").toLowerCase();
	return text.charAt(0).toUpperCase() + text.slice(1);
}

export function flows({ active = 0, pending = 0, failed = 0 } = {}) {
	return [`${active} active`, pending && `${pending} pending`, failed && `${failed} failed`].filter(Boolean).join(", ");
}
