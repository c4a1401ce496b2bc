/** The library's meters, read while their list is open. */

import { meters } from "./actuator.js";
import { Pool, arrange, byId, create, show } from "./dom.js";

const PERIOD_MILLIS = 3000;

class MeterRow {

	#values = create("td", { role: "cell", class: "values" });
	#text = create("td", { role: "cell" });

	constructor(name) {
		this.element = create("tr", { role: "row", "data-meter": name },
			create("th", { role: "rowheader", scope: "row" }, name), this.#values, this.#text);
	}

	update(meter) {
		const unit = meter.baseUnit ? ` ${meter.baseUnit}` : "";
		show(this.#values, meter.measurements.map(({ statistic, value }) =>
			`${statistic.toLowerCase().replaceAll("_", " ")} ${rounded(value)}${statistic === "COUNT" ? "" : unit}`).join(", "));
		show(this.#text, meter.description ?? "");
	}

}

function rounded(value) {
	return typeof value === "number" ? String(Number(value.toPrecision(4))) : "unknown";
}

const pool = new Pool((name) => new MeterRow(name));

let last = 0;

export async function look() {
	if (!byId("meters-list").open || Date.now() - last < PERIOD_MILLIS) {
		return;
	}
	last = Date.now();
	const list = await meters().catch(() => []);
	const rows = pool.take(list.map((meter) => meter.name));
	rows.forEach((row, i) => row.update(list[i]));
	arrange(byId("meters"), rows.map((row) => row.element));
	byId("no-meters").hidden = rows.length > 0;
}
