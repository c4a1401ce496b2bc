/** The endpoints that every application with the starter can have: nothing here is the sample's. */

import { methods, read, write } from "./http.js";

const QOS = "actuator/qos";
const METRICS = "actuator/metrics";

export const TRAFFIC_TYPES = ["best-effort", "background", "excellent-effort", "audio-video", "voice", "control"];

export function status() {
	return read(QOS);
}

/** Reads a page of the flows that meet a filter. */
export function flows(filter, page, size) {
	const query = new URLSearchParams({ page, size });
	Object.entries(filter).filter(([, value]) => value).forEach(([name, value]) => query.set(name, value));
	return read(`${QOS}/flows?${query}`);
}

/** Reads one flow with what is known of its path. */
export function flow(id) {
	return read(`${QOS}/flows/${encodeURIComponent(id)}`);
}

export function changeType(id, trafficType) {
	return write(`${QOS}/flows/${encodeURIComponent(id)}`, { trafficType });
}

export function pause(handle) {
	return write(`${QOS}/pause`, { handle });
}

export function resume(handle) {
	return write(`${QOS}/resume`, { handle });
}

export function reopen(handle) {
	return write(`${QOS}/reopen`, { handle });
}

export function probe(peer) {
	return write(`${QOS}/probe`, peer ? { peer } : {});
}

/** Returns whether the endpoint takes more than questions. */
export async function isWritable() {
	const allowed = await methods(`${QOS}/pause`);
	return allowed.includes("POST");
}

/** Reads all meters of the library. */
export async function meters() {
	const { names } = await read(METRICS);
	const ours = names.filter((name) => name.startsWith("qos.")).sort();
	return Promise.all(ours.map((name) => read(`${METRICS}/${name}`)));
}
