/** What the probe saw: which of the 64 code points arrive as they were sent. */

import * as actuator from "./actuator.js";
import { byId, create, onPress, show } from "./dom.js";
import { dscp, time } from "./format.js";
import { attempt } from "./journal.js";

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
	const marks = result?.marks ?? [];
	show(byId("probe-result"), summary(result, marks));
	byId("probe-marks").hidden = marks.length === 0;
	byId("probe-marks").replaceChildren(...marks.map(cell));
	byId("probe-remarks").replaceChildren(...(result?.remarks ?? []).map((remark) => create("li", {}, remark)));
}

function summary(result, marks) {
	if (!result) {
		return "It has not been run yet. Without a peer it asks this machine itself.";
	}
	if (marks.length === 0) {
		return result.error?.message ?? result.error ?? result.summary ?? result.reason ?? "It has no result.";
	}
	const lost = marks.filter((mark) => !mark.arrived).length;
	const changed = marks.filter((mark) => mark.arrived && mark.arrived.value !== mark.sent.value).length;
	const where = `${result.destination ?? result.peer ?? "this machine"}, ${time(result.at ?? result.time ?? result.when)}`;
	if (lost === marks.length) {
		return `${where}: no answer. There may be no responder.`;
	}
	return lost + changed === 0 ? `${where}: every code point arrives as it is sent.`
		: `${where}: ${changed} of ${marks.length} code points are changed, ${lost} are lost.`;
}

function cell(mark) {
	const kept = mark.arrived?.value === mark.sent.value;
	const fate = kept ? "kept" : mark.arrived ? `arrives as ${dscp(mark.arrived)}` : "lost";
	const kind = kept ? "kept" : mark.arrived ? "changed" : "gone";
	return create("li", { class: kind, title: `${dscp(mark.sent)}: ${fate}` }, String(mark.sent.value),
		create("span", { class: "unseen" }, ` ${fate}`));
}
