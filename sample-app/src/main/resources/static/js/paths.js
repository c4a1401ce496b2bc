/** What is known of the paths of the flows that are shown: their last minute. */

import * as actuator from "./actuator.js";
import { History } from "./chart.js";

/** So many flows are asked for at a time; the others wait for the next second. */
const MOST_AT_A_TIME = 12;

/** So many looks a flow whose path nobody measures is left alone. */
const REST = 30;

class Path {

	roundTrip = new History();
	rate = new History();
	measured = null;
	asked = -Infinity;

	add({ measurement, roundTripMicros, deliveryBitsPerSecond, availableBitsPerSecond }) {
		this.measured = measurement;
		if (typeof roundTripMicros === "number") {
			this.roundTrip.add(roundTripMicros);
		}
		const rate = deliveryBitsPerSecond ?? availableBitsPerSecond;
		if (typeof rate === "number") {
			this.rate.add(rate);
		}
	}

	isDue(look) {
		return look - this.asked >= (this.measured === "NOT_AVAILABLE" ? REST : 1);
	}

}

let look = 0;
let paths = new Map();

export function forget() {
	paths = new Map();
}

/** Asks for the paths of flows. A flow that has ended meanwhile is no mistake. */
export async function readPaths(flows) {
	look++;
	paths = new Map(flows.map(({ id }) => [id, paths.get(id) ?? new Path()]));
	const due = [...paths].filter(([, path]) => path.isDue(look)).sort(([, a], [, b]) => a.asked - b.asked);
	await Promise.all(due.slice(0, MOST_AT_A_TIME).map(async ([id, path]) => {
		path.asked = look;
		const flow = await actuator.flow(id).catch(() => null);
		if (flow?.path) {
			path.add(flow.path);
		}
	}));
}

export function pathOf(id) {
	return paths.get(id);
}
