/** Starts the page. */

import * as access from "./access.js";
import * as actuator from "./actuator.js";
import * as changes from "./changes.js";
import * as connection from "./connection.js";
import * as flows from "./flows.js";
import * as meters from "./meters.js";
import * as paths from "./paths.js";
import { addingButtons } from "./adding.js";
import { showHandles } from "./handles.js";
import { Hints } from "./hints.js";
import { showPolicies } from "./policies.js";
import { probeButton, showProbe } from "./probe.js";
import { Pulse } from "./pulse.js";

let asked = false;

async function look() {
	if (!asked) {
		await access.ask();
		asked = true;
	}
	const status = await actuator.status();
	changes.noteHandles(status.handles);
	showHandles(status.handles);
	showPolicies(status.policies);
	showProbe(status.probe);
	await flows.look();
	access.apply();
	await meters.look();
}

const pulse = new Pulse(async () => {
	const back = await connection.through(look, hints.connected);
	if (document.body.dataset.connection === "lost") {
		// It may come back with other flows and other rights.
		changes.forget();
		paths.forget();
		asked = false;
	}
	if (back) {
		pulse.wake();
	}
});
const hints = new Hints(() => pulse.wake());
const changed = () => pulse.wake();

addingButtons(changed);
probeButton(changed);
flows.control(changed);
document.getElementById("meters-list").addEventListener("toggle", changed);
document.querySelectorAll(".origin").forEach((element) => {
	element.textContent = location.origin;
});
