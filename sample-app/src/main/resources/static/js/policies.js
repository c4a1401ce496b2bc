/** The policies, and what each has matched. */

import { Pool, arrange, byId, create, show } from "./dom.js";
import { bits, dscp, flows, words } from "./format.js";

class PolicyRow {

	#cells;

	constructor(name) {
		const labels = ["Traffic type", "DSCP", "Rate", "Matches", "Flows"];
		this.#cells = labels.map((label) => create("td", { role: "cell", "data-label": label }));
		this.element = create("tr", { role: "row", "data-policy": name },
			create("th", { role: "rowheader", scope: "row" }, name), ...this.#cells);
	}

	update(policy) {
		this.element.dataset.type = policy.trafficType;
		this.element.dataset.builtIn = String(policy.builtIn);
		this.element.dataset.used = String(Object.values(policy.flows ?? {}).some((number) => number > 0));
		const texts = [words(policy.trafficType), dscp(policy.dscp), policy.rate ? bits(policy.rate) : "–",
			policy.matches ?? (policy.builtIn ? "by name; built in" : "by name"), flows(policy.flows)];
		texts.forEach((text, i) => show(this.#cells[i], text));
	}

}

const pool = new Pool((name) => new PolicyRow(name));

export function showPolicies(policies) {
	// Those of the application first.
	const sorted = [...policies].sort((a, b) => Number(a.builtIn) - Number(b.builtIn));
	const rows = pool.take(sorted.map((policy) => policy.name));
	rows.forEach((row, i) => row.update(sorted[i]));
	arrange(byId("policies"), rows.map((row) => row.element));
	byId("no-policies").hidden = rows.length > 0;
}
