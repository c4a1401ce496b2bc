/**
 * Listens to the application's hints that something has changed. They say no more than that: what it is, is read. Where
 * there are none, looking every second has to do.
 */

const AGAIN_MILLIS = 5000;

export class Hints {

	#wake;
	#source = null;

	constructor(wake) {
		this.#wake = wake;
		this.#open();
	}

	get connected() {
		return this.#source?.readyState === EventSource.OPEN;
	}

	#open() {
		this.#source = new EventSource("api/hints");
		this.#source.addEventListener("message", this.#wake);
		this.#source.addEventListener("error", () => {
			// While it connects it tries again by itself. Once it has given up, it does not.
			if (this.#source.readyState === EventSource.CLOSED) {
				setTimeout(() => this.#open(), AGAIN_MILLIS);
			}
		});
	}

}
