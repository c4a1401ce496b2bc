/** The flows: a page of them, filtered by the endpoint. */

import * as actuator from "./actuator.js";
import * as echo from "./echo.js";
import { Row } from "./row.js";
import { Pool, arrange, attribute, byId, create, onPress, show } from "./dom.js";
import { count, words } from "./format.js";
import { noteFlows } from "./changes.js";
import { Refusal } from "./http.js";
import { pathOf, readPaths } from "./paths.js";

const SIZE = 50;

const pool = new Pool((id) => new Row(id));

let page = 0;

/** Has the controls of the list call back when something else is to be listed. */
export function control(changed) {
	const again = (to) => {
		page = to;
		changed();
	};
	const form = byId("filter");
	form.elements.type.append(...actuator.TRAFFIC_TYPES.map((type) => create("option", { value: type }, words(type))));
	form.addEventListener("input", () => again(0));
	form.addEventListener("submit", (event) => event.preventDefault());
	form.addEventListener("reset", () => setTimeout(() => again(0)));
	onPress(byId("previous"), () => again(Math.max(page - 1, 0)));
	onPress(byId("next"), () => again(page + 1));
}

function filter() {
	const { state, type, peer } = byId("filter").elements;
	return { state: state.value, type: type.value, peer: peer.value.trim() };
}

/** Reads the flows and shows them. */
export async function look() {
	const wanted = filter();
	// Another application has no such flows.
	const [list, own] = await Promise.all([current(wanted), echo.own().catch(() => new Map())]);
	const unfiltered = !Object.values(wanted).some(Boolean) && page === 0;
	if (unfiltered) {
		noteFlows(list.flows, list.total <= SIZE);
	}
	const nothing = list.refusal ?? (unfiltered ? "There are no flows. Add one above." : "No flow meets this filter.");
	showFlows(list, own, nothing);
	await readPaths(list.flows);
	showFlows(list, own, nothing);
}

/** Lists the current page, or the last one where flows have ended and it is no more. */
async function current(wanted) {
	const asked = page;
	const list = await listed(wanted, asked);
	const last = Math.max(Math.ceil(list.total / SIZE) - 1, 0);
	if (list.flows.length > 0 || asked <= last || page !== asked) {
		return list;
	}
	page = last;
	return listed(wanted, last);
}

/** A filter that the endpoint does not take is no reason to show nothing else. */
async function listed(wanted, number) {
	try {
		return await actuator.flows(wanted, number, SIZE);
	}
	catch (error) {
		if (error instanceof Refusal && error.status === 400) {
			return { flows: [], total: 0, refusal: error.message };
		}
		throw error;
	}
}

function showFlows({ flows, total }, own, nothing) {
	const focused = document.activeElement?.closest("[data-flow]");
	const rows = pool.take(flows.map((flow) => flow.id));
	rows.forEach((row, i) => row.update(flows[i], pathOf(flows[i].id), own.get(String(flows[i].id))));
	arrange(byId("flows"), rows.map((row) => row.element));
	const pages = byId("pages");
	const single = page === 0 && total <= SIZE;
	if ((focused && !focused.isConnected) || (single && pages.contains(document.activeElement))) {
		// What was in focus has ended: go on from the list, not from the top of the page.
		byId("flows-title").focus();
	}
	const last = Math.min((page + 1) * SIZE, total);
	show(byId("flow-count"), total > SIZE ? `${page * SIZE + 1} to ${last} of ${total}` : count(total, "flow"));
	byId("no-flows").hidden = total > 0;
	show(byId("no-flows"), nothing);
	pages.hidden = single;
	// Not really disabled: a button that is loses the focus.
	attribute(byId("previous"), "aria-disabled", page === 0 && "true");
	attribute(byId("next"), "aria-disabled", last >= total && "true");
}
