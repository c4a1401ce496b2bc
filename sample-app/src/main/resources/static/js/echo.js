/** The one part that knows this application: its flows to its own echo, and its recording backend. */

import { read, remove, write } from "./http.js";

/** Opens a socket to the echo, with a flow of this type. */
export async function add(protocol, trafficType) {
	const addresses = await read("api/echo");
	const address = addresses.find((each) => each.protocol === protocol);
	if (!address) {
		throw new Error(`the echo has no address for ${protocol.toUpperCase()}`);
	}
	return write("api/flows", { protocol, host: address.host, port: address.port, trafficType });
}

/** Returns the sample's own flows by the id that the endpoint has for them. */
export async function own() {
	const flows = await read("api/flows");
	return new Map(flows.filter((flow) => flow.state !== "CLOSED").map((flow) => [String(flow.flow), flow.id]));
}

/** Takes a flow's mark away; its socket sends on for a while. */
export function drop(id) {
	return remove(`api/flows/${encodeURIComponent(id)}`);
}

/** Loses all native handles of the recording backend, as sleep does. */
export function lose() {
	return write("api/recording/lose");
}
