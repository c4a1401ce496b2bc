/** The buttons that add a flow of each type to the echo. */

import { TRAFFIC_TYPES } from "./actuator.js";
import { add } from "./echo.js";
import { byId, create, onPress } from "./dom.js";
import { words } from "./format.js";
import { attempt } from "./journal.js";

export function addingButtons(changed) {
	const protocol = () => byId("adding").elements.protocol.value;
	byId("adding").addEventListener("submit", (event) => event.preventDefault());
	byId("types").append(...TRAFFIC_TYPES.map((type) => {
		const button = create("button", { type: "button", "data-type": type, "data-do": "add" },
			create("span", { class: "swatch", "aria-hidden": "true" }), words(type));
		return onPress(button, async () => {
			await attempt(() => add(protocol(), type), { failed: `No flow of ${words(type)} could be added` });
			changed();
		});
	}));
}
