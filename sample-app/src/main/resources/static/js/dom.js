/** Everything comes into the page as text, never as markup; what has not changed is left alone. */

const SVG = "http://www.w3.org/2000/svg";

export function byId(id) {
	return document.getElementById(id);
}

export function show(element, text) {
	const shown = text ?? "";
	if (element.textContent !== shown) {
		element.textContent = shown;
	}
	return element;
}

export function attribute(element, name, value) {
	if (value === null || value === undefined || value === false) {
		element.removeAttribute(name);
	}
	else if (element.getAttribute(name) !== String(value)) {
		element.setAttribute(name, value);
	}
	return element;
}

/** Creates an element with attributes, whose content is text and other elements. */
export function create(name, attributes = {}, ...content) {
	const element = document.createElement(name);
	Object.entries(attributes).forEach(([key, value]) => attribute(element, key, value));
	element.append(...content.filter((each) => each !== null && each !== undefined));
	return element;
}

export function drawing(name, attributes = {}) {
	const element = document.createElementNS(SVG, name);
	Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
	return element;
}

/** Puts children in place, moving nothing that is there already: focus and selection survive. */
export function arrange(parent, children) {
	const wanted = new Set(children);
	[...parent.children].filter((child) => !wanted.has(child)).forEach((child) => child.remove());
	children.forEach((child, i) => {
		if (parent.children[i] !== child) {
			parent.insertBefore(child, parent.children[i] ?? null);
		}
	});
}

/** Keeps one element for each key, and forgets those that are no longer wanted. */
export class Pool {

	#make;
	#elements = new Map();

	constructor(make) {
		this.#make = make;
	}

	take(keys) {
		const taken = new Map(keys.map((key) => [key, this.#elements.get(key) ?? this.#make(key)]));
		this.#elements = taken;
		return [...taken.values()];
	}

}

/** Has a button do something that takes its time, once at a time. */
export function onPress(button, action) {
	button.addEventListener("click", async () => {
		if (button.getAttribute("aria-disabled") === "true" || button.getAttribute("aria-busy") === "true") {
			return;
		}
		attribute(button, "aria-busy", "true");
		try {
			await action();
		}
		finally {
			attribute(button, "aria-busy", null);
		}
	});
	return button;
}
