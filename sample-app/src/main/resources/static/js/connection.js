/** Tells whether what is shown is what is. */

import { byId, show } from "./dom.js";
import { time } from "./format.js";
import { NoAnswer, Refusal } from "./http.js";
import { note } from "./journal.js";

const SLOW_MILLIS = 2500;

let lost = false;
let last = null;

function tell(state, text) {
	document.body.dataset.connection = state;
	show(byId("connection"), text);
}

function why(error) {
	if (error instanceof NoAnswer) {
		return `The application does not answer: ${error.message}`;
	}
	if (error instanceof Refusal && error.status === 404) {
		return "There is no endpoint qos here: it has to be in management.endpoints.web.exposure.include";
	}
	return `The endpoint cannot be read: ${error.message}`;
}

/** Runs a look at the application, and shows how it went. Returns whether it came back just now. */
export async function through(look, told) {
	const slow = setTimeout(() => tell("slow", "The application takes its time to answer"), SLOW_MILLIS);
	try {
		await look();
		const back = lost;
		lost = false;
		last = Date.now();
		tell("live", told ? "Live: told of changes" : "Live: read every second");
		if (back) {
			note("The application answers again", "good");
		}
		return back;
	}
	catch (error) {
		const reason = why(error);
		if (!lost) {
			note(reason, "bad");
		}
		lost = true;
		tell("lost", `${reason}.${last ? ` What is shown is from ${time(last)}.` : ""} Trying again`);
		return false;
	}
	finally {
		clearTimeout(slow);
	}
}
