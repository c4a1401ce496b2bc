/** A small moving chart: the last minute of one figure. */

import { attribute, create, drawing, show } from "./dom.js";

const SPAN_MILLIS = 60000;
const WIDTH = 120;
const HEIGHT = 30;

/** The last minute's values of one figure. */
export class History {

	#samples = [];

	/** Those that are no older, whether others have come since or not. */
	get samples() {
		const now = Date.now();
		this.#samples = this.#samples.filter(({ at }) => now - at <= SPAN_MILLIS);
		return this.#samples;
	}

	add(value) {
		this.samples.push({ at: Date.now(), value });
	}

}

/** Shows the values of a history, in words for those who cannot see the line. */
export class Chart {

	#name;
	#format;
	#value = create("span", { class: "figure" });
	#line = drawing("polyline", { class: "line" });
	#area = drawing("polygon", { class: "area" });
	#picture;

	constructor(name, format) {
		this.#name = name;
		this.#format = format;
		this.#picture = drawing("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" });
		this.#picture.append(this.#area, this.#line);
		this.element = create("div", { class: "chart" }, this.#value, this.#picture);
	}

	/** Shows a history, or why there is none. */
	update(history, absent) {
		const samples = history?.samples ?? [];
		const drawn = samples.length > 0;
		attribute(this.element, "data-empty", !drawn && "true");
		show(this.#value, drawn ? this.#format(samples.at(-1).value) : absent);
		attribute(this.#picture, "aria-hidden", !drawn && "true");
		if (drawn) {
			this.#draw(samples);
		}
	}

	#draw(samples) {
		const values = samples.map(({ value }) => value);
		const [low, high] = [Math.min(...values), Math.max(...values)];
		const end = samples.at(-1).at;
		const x = (at) => (WIDTH - ((end - at) / SPAN_MILLIS) * WIDTH).toFixed(1);
		const y = (value) => (HEIGHT - 1 - (value / (Math.max(high, 1) * 1.15)) * (HEIGHT - 2)).toFixed(1);
		const points = samples.map(({ at, value }) => `${x(at)},${y(value)}`).join(" ");
		this.#line.setAttribute("points", points);
		this.#area.setAttribute("points", `${x(samples[0].at)},${HEIGHT} ${points} ${WIDTH},${HEIGHT}`);
		attribute(this.#picture, "aria-label", `${this.#name}: ${this.#format(values.at(-1))} now, `
			+ `${this.#format(low)} to ${this.#format(high)} in the last minute`);
	}

}
