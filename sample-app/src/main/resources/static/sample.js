"use strict";

const PERIOD_MILLIS = 1000;

/** Everything comes into the page as text, never as markup. */
function show(element, text) {
	if (element.textContent !== text) {
		element.textContent = text;
	}
}

function fill(selector, text) {
	document.querySelectorAll(selector).forEach((element) => show(element, text));
}

function address(host, port) {
	return (host.includes(":") && !host.startsWith("[") ? "[" + host + "]" : host) + ":" + port;
}

function applied(flow) {
	const unknown = flow.state === "CLOSED" ? "none" : "not known";
	return flow.dscp === null ? unknown : String(flow.dscp);
}

function remarks(flow) {
	if (flow.state === "CLOSED") {
		return [flow.sending ? "Still sending, unmarked" : "No longer sending", flow.reason].filter(Boolean).join(": ");
	}
	return [flow.reason, flow.note].filter(Boolean).join("; ");
}

function cells(flow) {
	return [
		flow.id,
		flow.trafficType,
		flow.protocol + " " + address(flow.host, flow.port),
		flow.localAddress,
		flow.state,
		String(flow.requestedDscp),
		applied(flow),
		String(flow.sent),
		remarks(flow)
	];
}

/** Rows stay where they are, so that a selection survives. */
function showFlows(flows) {
	const rows = flows.map((flow) => {
		const id = "flow-" + flow.id;
		const row = document.getElementById(id) ?? document.createElement("tr");
		row.id = id;
		cells(flow).forEach((text, i) => show(row.cells[i] ?? row.insertCell(), text));
		row.cells[4].className = flow.state;
		return row;
	});
	if (rows.length === 0) {
		const row = document.createElement("tr");
		const cell = row.insertCell();
		cell.colSpan = 9;
		cell.textContent = "There are no flows.";
		rows.push(row);
	}
	const body = document.getElementById("flows");
	if (rows.length !== body.rows.length || rows.some((row, i) => row !== body.rows[i])) {
		body.replaceChildren(...rows);
	}
}

function showHealth(health) {
	const status = document.getElementById("status");
	show(status, String(health.status ?? "not there"));
	status.className = health.status ?? "DOWN";
	show(document.getElementById("health"), JSON.stringify(health, null, 2));
}

function showConnection(text, lost) {
	const connection = document.getElementById("connection");
	show(connection, text);
	connection.classList.toggle("lost", lost);
}

async function get(path) {
	// Health that is DOWN comes with status 503 and is an answer like any other.
	const response = await fetch(path, { headers: { Accept: "application/json" }, cache: "no-store" });
	return response.json();
}

async function refresh() {
	try {
		// An application may do without this part of its health.
		const [flows, health] = await Promise.all([get("api/flows"), get("actuator/health/qos").catch(() => ({}))]);
		showFlows(flows);
		showHealth(health);
		showConnection("Live: flows and health are read every second.", false);
	}
	catch (error) {
		showConnection("The application does not answer. What is shown is old.", true);
	}
	setTimeout(refresh, PERIOD_MILLIS);
}

async function showEcho() {
	const addresses = await get("api/echo");
	fill("#echo", addresses.map((echo) => echo.protocol + " " + address(echo.host, echo.port)).join(", "));
	fill(".echo-port", String(addresses[0].port));
}

fill(".origin", location.origin);
showEcho().catch(() => {});
refresh();
