/** Finds out what has changed between two looks, for the journal. */

import { count, dscp, flows, words } from "./format.js";
import { note } from "./journal.js";

const MOST_FLOWS = 4;

let handles = null;
let known = null;

/** Forgets what was seen: after a pause of the application nothing is comparable. */
export function forget() {
	handles = null;
	known = null;
}

export function noteHandles(now) {
	const before = handles;
	handles = now;
	Object.entries(now).forEach(([bean, handle]) => {
		if (before?.[bean]) {
			noteHandle(bean, before[bean], handle);
		}
		else {
			note(`${bean} is ${handle.state}${handle.paused ? ", and marking is paused" : ""}`);
		}
	});
}

function noteHandle(bean, before, now) {
	if (before.paused !== now.paused) {
		note(now.paused ? "Marking is paused: all flows are unmarked" : "Marking is resumed", now.paused ? "warn" : "good");
	}
	if (before.state !== now.state) {
		note(`${bean} is ${now.state}${now.reason ? `: ${now.reason}` : ""}`, now.state === "OPEN" ? "good" : "warn");
	}
	else if (now.state === "OPEN" && before.since !== now.since) {
		// It was faster than we look.
		note(`${bean} was lost and has healed: open again with ${flows(now.flows)}`, "good");
	}
}

/** Notes what has become of flows. Of a list that is not complete, those that are missing may be elsewhere. */
export function noteFlows(list, complete) {
	const before = known;
	known = new Map(list.map((flow) => [flow.id, flow]));
	if (!before) {
		return;
	}
	const news = [];
	list.forEach((flow) => {
		const old = before.get(flow.id);
		if (!old) {
			news.push([`Flow ${flow.id}: ${describe(flow)}`, kind(flow)]);
		}
		else if (old.state !== flow.state || old.trafficType !== flow.trafficType) {
			news.push([`Flow ${flow.id} is ${describe(flow)}`, kind(flow)]);
		}
	});
	before.forEach((flow, id) => {
		if (complete && !known.has(id)) {
			news.push([`Flow ${id} is closed`, ""]);
		}
	});
	if (news.length > MOST_FLOWS) {
		note(`${count(news.length, "flow")} changed`, "", false);
	}
	else {
		news.forEach(([text, each]) => note(text, each));
	}
}

function describe(flow) {
	const applied = flow.applied ? `, DSCP ${dscp(flow.applied)}` : "";
	return `${words(flow.trafficType)} over ${flow.protocol.toUpperCase()}, ${flow.state}${applied}`;
}

function kind(flow) {
	return { ACTIVE: "good", PENDING: "warn", FAILED: "bad" }[flow.state] ?? "";
}
