/** One flow: a row on a desk, a card on a phone. */

import * as actuator from "./actuator.js";
import * as echo from "./echo.js";
import { Chart } from "./chart.js";
import { attribute, create, onPress, show } from "./dom.js";
import { bits, dscp, micros, words } from "./format.js";
import { attempt } from "./journal.js";

/** How long a choice has to stand: each arrow key in a list that is closed makes another one. */
const SETTLED_MILLIS = 600;

const MARK = { true: "in force", false: "not in force" };

export class Row {

	#id;
	#own = null;
	#current = null;
	#settling = 0;
	#kind = create("span", { class: "quiet" });
	#peer = create("span", { class: "address", "data-field": "peer" });
	#local = create("span", { class: "address quiet", "data-field": "local" });
	#type = create("select", { "data-writes": "", "data-field": "type" },
		...actuator.TRAFFIC_TYPES.map((type) => create("option", { value: type }, words(type))));
	#asked = create("span", { class: "dscp", "data-field": "asked" });
	#applied = create("span", { class: "dscp", "data-field": "applied" });
	#inForce = create("span", { class: "in-force" });
	#state = create("span", { class: "pill", "data-field": "state" });
	#remark = create("span", { class: "quiet remark" });
	#policy = create("span");
	#limit = create("span", { class: "quiet" });
	#roundTrip;
	#rate;
	#drop = create("button", { type: "button", class: "small", "data-do": "drop" }, "Drop");

	constructor(id) {
		this.#id = id;
		this.#roundTrip = new Chart(`Round trip of flow ${id}`, micros);
		this.#rate = new Chart(`Path rate of flow ${id}`, bits);
		attribute(this.#type, "aria-label", `Traffic type of flow ${id}`);
		attribute(this.#drop, "aria-label", `Drop flow ${id}`);
		this.#type.addEventListener("change", () => this.#choose());
		onPress(this.#drop, () => attempt(() => echo.drop(this.#own),
			{ done: `Flow ${id} is dropped; its socket sends on unmarked for 5 seconds`, failed: `Flow ${id} stays` }));
		this.element = create("tr", { role: "row", "data-flow": id },
			create("th", { role: "rowheader", scope: "row" }, create("span", {}, `#${id}`), this.#kind),
			this.#cell("Peer", this.#peer, this.#local),
			this.#cell("Traffic type", this.#type),
			this.#cell("Asked", this.#asked),
			this.#cell("Applied", this.#applied, this.#inForce),
			this.#cell("State", this.#state, this.#remark),
			this.#cell("Policy", this.#policy, this.#limit),
			this.#cell("Round trip", this.#roundTrip.element),
			this.#cell("Path rate", this.#rate.element),
			this.#cell("", this.#drop));
	}

	#cell(label, ...content) {
		return create("td", { role: "cell", "data-label": label || null }, ...content);
	}

	#choose() {
		clearTimeout(this.#settling);
		this.#settling = setTimeout(() => this.#change(), SETTLED_MILLIS);
		// So that no look at the flows takes the choice back.
		attribute(this.#type, "aria-busy", "true");
	}

	async #change() {
		const type = this.#type.value;
		const settled = this.#settling;
		const changed = await attempt(() => actuator.changeType(this.#id, type).then(() => true),
			{ failed: `Flow ${this.#id} could not become ${words(type)}` });
		if (this.#settling !== settled) {
			// There is another choice meanwhile.
			return;
		}
		if (!changed) {
			this.#type.value = this.#current;
		}
		attribute(this.#type, "aria-busy", null);
	}

	/** Shows a flow, its path if that is known, and the sample's own name of it if it has one. */
	update(flow, path, own) {
		this.#own = own;
		this.#current = flow.trafficType;
		this.element.dataset.type = flow.trafficType;
		this.element.dataset.state = flow.state;
		show(this.#kind, `${flow.protocol.toUpperCase()} ${flow.kind}`);
		show(this.#peer, flow.remote ?? (flow.kind === "listener" ? "all that it accepts" : "any"));
		show(this.#local, flow.local ? `${flow.kind === "listener" ? "on" : "from"} ${flow.local}` : "");
		if (!this.#type.hasAttribute("aria-busy") && document.activeElement !== this.#type) {
			this.#type.value = flow.trafficType;
		}
		show(this.#asked, dscp(flow.requested));
		show(this.#applied, dscp(flow.applied));
		attribute(this.#applied, "data-differs", flow.applied?.value !== flow.requested?.value && "true");
		show(this.#inForce, MARK[flow.inForce]);
		attribute(this.#inForce, "data-in-force", String(flow.inForce));
		show(this.#state, flow.state);
		show(this.#remark, [flow.reason, flow.note].filter(Boolean).join("; "));
		show(this.#policy, flow.policy ?? "none");
		attribute(this.#policy, "class", flow.policy ? null : "quiet");
		show(this.#limit, flow.rate ? `at most ${bits(flow.rate)}` : "");
		this.#roundTrip.update(path?.roundTrip, absent(flow));
		this.#rate.update(path?.rate, absent(flow));
		this.#drop.hidden = own === undefined;
	}

}

function absent(flow) {
	if (flow.kind === "listener") {
		return "many paths";
	}
	return flow.protocol === "udp" ? "not told for UDP" : "not known";
}
