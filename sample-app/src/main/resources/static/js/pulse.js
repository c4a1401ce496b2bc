/** Looks every second, at once when told that something has changed, and never twice at a time. */

const PERIOD_MILLIS = 1000;
const LEAST_MILLIS = 100;

export class Pulse {

	#look;
	#timer = 0;
	#looking = false;
	#again = false;

	constructor(look) {
		this.#look = look;
		// Nobody sees a page in the background.
		document.addEventListener("visibilitychange", () => this.#plan(LEAST_MILLIS));
		this.#plan(0);
	}

	/** Look as soon as possible. */
	wake() {
		if (this.#looking) {
			this.#again = true;
		}
		else {
			this.#plan(LEAST_MILLIS);
		}
	}

	#plan(millis) {
		clearTimeout(this.#timer);
		if (!document.hidden) {
			this.#timer = setTimeout(() => this.#run(), millis);
		}
	}

	async #run() {
		if (this.#looking) {
			return;
		}
		this.#looking = true;
		this.#again = false;
		try {
			await this.#look();
		}
		finally {
			this.#looking = false;
			this.#plan(this.#again ? LEAST_MILLIS : PERIOD_MILLIS);
		}
	}

}
