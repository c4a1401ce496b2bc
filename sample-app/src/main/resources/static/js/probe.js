/** What the probe saw: which of the 64 code points arrive as they were sent. */

import * as actuator from "./actuator.js";
import { byId, create, onPress, show } from "./dom.js";
import { dscp, time } from "./format.js";
import { attempt } from "./journal.js";

const CODE_POINTS = 64;

let shown = null;

export function probeButton(changed) {
	byId("probe-form").addEventListener("submit", (event) => event.preventDefault());
	onPress(byId("probe-run"), async () => {
		show(byId("probe-result"), "The probe is under way: it sends each code point and waits for the answer.");
		shown = null;
		await attempt(() => actuator.probe(byId("probe-peer").value.trim()),
			{ done: "The probe has ended", failed: "The probe could not run" });
		changed();
	});
}

export function showProbe(result) {
	const key = JSON.stringify(result);
	if (key === shown || byId("probe-run").hasAttribute("aria-busy")) {
		return;
	}
	shown = key;
	const reports = result?.reports ?? [];
	show(byId("probe-result"), summary(result));
	byId("probe-reports").replaceChildren(...reports.map(paths));
}

function summary(result) {
	if (!result) {
		return "It has not been run yet. Without a responder it asks this machine itself.";
	}
	if (result.running) {
		return `The probe of ${result.peer} is under way.`;
	}
	if (result.error) {
		return [result.error.message, result.error.remedy].filter(Boolean).join(". ");
	}
	return `At ${time(result.time)}, ${result.peer}:`;
}

function paths(report) {
	const changed = new Map(report.changed.map((change) => [change.sent.value, change.arrived]));
	const lost = new Set(report.lost.map((mark) => mark.value));
	const marks = Array.from({ length: CODE_POINTS }, (_, value) => mark(value, changed, lost));
	return create("li", {}, create("p", {}, `${report.destination}: ${fate(report)}`),
		report.answered ? create("ol", { class: "marks", "aria-label": `Code points to ${report.destination}` }, ...marks) : null,
		...report.remarks.map((remark) => create("p", { class: "quiet" }, remark)));
}

function fate({ answered, intact, changed, lost }) {
	if (!answered) {
		return "no answer. There may be no responder, or a firewall in front of it.";
	}
	return intact ? "every code point arrives as it is sent."
		: `${changed.length} of ${CODE_POINTS} code points are changed, ${lost.length} are lost.`;
}

function mark(value, changed, lost) {
	const text = lost.has(value) ? "lost" : changed.has(value) ? `arrives as ${dscp(changed.get(value))}` : "kept";
	return create("li", { class: text.split(" ", 1)[0], title: `${value}: ${text}` }, String(value),
		create("span", { class: "unseen" }, ` ${text}`));
}
