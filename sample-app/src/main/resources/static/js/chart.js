/** A small moving chart: the last minute of one figure. */

import { attribute, create, drawing, show } from "./dom.js";

const SAMPLES = 60;
const WIDTH = 120;
const HEIGHT = 30;

/** The last values of one figure. */
export class History {

	values = [];

	add(value) {
		this.values.push(value);
		if (this.values.length > SAMPLES) {
			this.values.shift();
		}
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
		const values = history?.values ?? [];
		const last = values.at(-1);
		const drawn = values.length > 0;
		attribute(this.element, "data-empty", !drawn && "true");
		show(this.#value, drawn ? this.#format(last) : absent);
		attribute(this.#picture, "aria-hidden", !drawn && "true");
		if (drawn) {
			this.#draw(values);
		}
	}

	#draw(values) {
		const most = Math.max(...values, 1) * 1.15;
		const left = WIDTH - (values.length - 1) * (WIDTH / (SAMPLES - 1));
		const points = values.map((value, i) => {
			const x = left + i * (WIDTH / (SAMPLES - 1));
			return `${x.toFixed(1)},${(HEIGHT - 1 - (value / most) * (HEIGHT - 2)).toFixed(1)}`;
		});
		this.#line.setAttribute("points", points.join(" "));
		this.#area.setAttribute("points", `${left.toFixed(1)},${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`);
		const [low, high] = [Math.min(...values), Math.max(...values)].map(this.#format);
		attribute(this.#picture, "aria-label",
			`${this.#name}: ${this.#format(values.at(-1))} now, ${low} to ${high} in the last ${values.length} seconds`);
	}

}
