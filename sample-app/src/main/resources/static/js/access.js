/** Whether the endpoint may be written to, and what becomes of the controls where it may not. */

import { isWritable } from "./actuator.js";
import { attribute, byId } from "./dom.js";

let writable = true;

/** Asks the endpoint. Nothing is written. */
export async function ask() {
	writable = await isWritable();
	apply();
}

/** Sets all controls that write; to be called whenever some are added. */
export function apply() {
	byId("read-only").hidden = writable;
	document.querySelectorAll("[data-writes]").forEach((control) => {
		if (control instanceof HTMLButtonElement) {
			attribute(control, "aria-disabled", !writable && "true");
		}
		else {
			control.disabled = !writable;
		}
		attribute(control, "aria-describedby", writable ? null : "read-only");
	});
}
