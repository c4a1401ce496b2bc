/** What has happened since the page was opened, newest first; screen readers are told of it as well. */

import { arrange, byId, create, show } from "./dom.js";
import { time } from "./format.js";

const MOST = 50;

/** What happens within this time is read out together. */
const TOGETHER_MILLIS = 1000;

const entries = [];

let said = [];
let silence = 0;

/** Writes an entry. Its kind is good, warn or bad, or nothing of these. */
export function note(text, kind = "", aloud = true) {
	entries.unshift(create("li", { class: kind }, create("time", {}, time(Date.now())), create("span", {}, text)));
	entries.length = Math.min(entries.length, MOST);
	arrange(byId("journal"), entries);
	if (aloud) {
		say(text);
	}
}

function say(text) {
	said.push(text);
	show(byId("announcement"), said.join(". "));
	clearTimeout(silence);
	silence = setTimeout(() => {
		said = [];
	}, TOGETHER_MILLIS);
}

/** Does something and tells what came of it. Returns undefined if it failed. */
export async function attempt(action, { done, failed }) {
	try {
		const result = await action();
		if (done) {
			note(done);
		}
		return result;
	}
	catch (error) {
		note(`${failed}: ${error.message}`, "bad");
		return undefined;
	}
}
