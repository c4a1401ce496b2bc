/** The handles: state, backend, service, what is wrong, and the buttons that change them. */

import * as actuator from "./actuator.js";
import * as echo from "./echo.js";
import { Pool, arrange, attribute, byId, create, onPress, show } from "./dom.js";
import { flows, time, words } from "./format.js";
import { attempt } from "./journal.js";

const MEANING = {
	OPENING: "The handle is being opened. Flows wait for it.",
	OPEN: "Flows are marked as they ask for.",
	RECOVERING: "The handle was lost and is being opened again. Flows wait for it.",
	UNAVAILABLE: "Nothing is marked. Sockets send all the same.",
	CLOSED: "The handle is closed. Nothing is marked."
};

class Fact {

	value = create("dd");

	constructor(name) {
		this.element = create("div", {}, create("dt", {}, name), this.value);
	}

	show(text) {
		show(this.value, text);
	}

}

class HandleCard {

	#bean;
	#paused = false;
	#name = create("span");
	#state = create("span", { class: "pill", "data-field": "handle-state" });
	#meaning = create("p", { class: "meaning" });
	#facts = Object.fromEntries(["Backend", "Service", "Flows", "Since", "Next try", "Calls that hang"]
		.map((name) => [name, new Fact(name)]));
	#trouble = create("div", { class: "trouble", hidden: "" });
	#refused = create("details", { class: "refused", hidden: "" });
	#pause = create("button", { type: "button", "data-writes": "", "data-do": "pause" });
	#reopen = create("button", { type: "button", "data-writes": "", "data-do": "reopen" }, "Reopen");
	#lose = create("button", { type: "button", class: "danger", "data-do": "lose" }, "Lose it");

	constructor(bean) {
		this.#bean = bean;
		const id = `handle-${bean}`;
		onPress(this.#pause, () => this.#pauseOrResume());
		onPress(this.#reopen, () => attempt(() => actuator.reopen(bean),
			{ done: `Asked ${bean} to open again`, failed: `${bean} could not be opened again` }));
		onPress(this.#lose, () => attempt(() => echo.lose(),
			{ done: "The native handle is lost, as sleep does it", failed: "The handle could not be lost" }));
		this.element = create("article", { class: "card handle", "aria-labelledby": id },
			create("div", { class: "title" }, create("h2", { id }, "Handle ", this.#name), this.#state),
			this.#meaning, this.#trouble,
			create("dl", { class: "facts" }, ...Object.values(this.#facts).map((fact) => fact.element)),
			this.#refused,
			create("div", { class: "buttons" }, this.#pause, this.#reopen, this.#lose));
	}

	async #pauseOrResume() {
		const paused = this.#paused;
		await attempt(() => (paused ? actuator.resume(this.#bean) : actuator.pause(this.#bean)), {
			failed: paused ? "Marking could not be resumed" : "Marking could not be paused"
		});
	}

	update(handle) {
		this.#paused = handle.paused;
		this.element.dataset.state = handle.paused ? "PAUSED" : handle.state;
		show(this.#name, this.#bean);
		show(this.#state, handle.paused ? `${handle.state}, PAUSED` : handle.state);
		show(this.#meaning, handle.paused ? "Marking is paused: all flows send unmarked until it is resumed."
			: MEANING[handle.state]);
		show(this.#pause, handle.paused ? "Resume marking" : "Pause marking");
		attribute(this.#pause, "class", handle.paused ? "primary" : null);
		this.#lose.hidden = handle.backend?.name !== "recording";
		this.#fact("Backend", handle.backend?.name ?? "not chosen yet");
		this.#fact("Service", service(handle.service));
		this.#fact("Flows", flows(handle.flows));
		this.#fact("Since", time(handle.since));
		this.#fact("Next try", handle.nextTry && time(handle.nextTry));
		this.#fact("Calls that hang", handle.hanging || null);
		this.#showTrouble(handle);
		this.#showRefused(handle.backend?.refused ?? []);
	}

	#fact(name, text) {
		this.#facts[name].element.hidden = !text;
		this.#facts[name].show(String(text ?? ""));
	}

	#showTrouble({ reason, error }) {
		this.#trouble.hidden = !reason && !error;
		const lines = [reason, error?.message, error?.remedy && `What to do: ${error.remedy}`].filter(Boolean);
		lines.forEach((line, i) => {
			show(this.#trouble.children[i] ?? this.#trouble.appendChild(create("p")), line);
		});
		[...this.#trouble.children].slice(lines.length).forEach((line) => line.remove());
	}

	#showRefused(refused) {
		this.#refused.hidden = refused.length === 0;
		const key = JSON.stringify(refused);
		if (this.#refused.dataset.shown === key) {
			return;
		}
		this.#refused.dataset.shown = key;
		this.#refused.replaceChildren(create("summary", {}, `Why not ${refused.map((each) => each.backend).join(", ")}`),
			create("ul", {}, ...refused.map(({ backend, reason, remedy }) =>
				create("li", {}, create("b", {}, backend), `: ${reason}`, remedy ? ` What to do: ${remedy}` : null))));
	}

}

function service({ name, state }) {
	const known = words(state).toLowerCase();
	return name === "none" ? known : `${name}: ${known}`;
}

const pool = new Pool((bean) => new HandleCard(bean));

export function showHandles(handles) {
	const cards = pool.take(Object.keys(handles));
	cards.forEach((card, i) => card.update(Object.values(handles)[i]));
	arrange(byId("handles"), cards.map((card) => card.element));
}
