/**
 * Listens to the application's hints that something has changed. They say no more than that: what it is, is read. Where
 * there are none, looking every second has to do. A page that nobody sees does not listen: it would take the place of
 * one that somebody looks at.
 */

const AGAIN_MILLIS = 5000;

export class Hints {

	#wake;
	#source = null;
	#timer = 0;

	constructor(wake) {
		this.#wake = wake;
		document.addEventListener("visibilitychange", () => this.#listen());
		this.#listen();
	}

	get connected() {
		return this.#source?.readyState === EventSource.OPEN;
	}

	#listen() {
		clearTimeout(this.#timer);
		this.#source?.close();
		this.#source = document.hidden ? null : this.#open();
	}

	#open() {
		const source = new EventSource("api/hints");
		source.addEventListener("message", this.#wake);
		source.addEventListener("error", () => {
			// While it connects it tries again by itself. Once it has given up, it does not.
			if (source === this.#source && source.readyState === EventSource.CLOSED) {
				this.#timer = setTimeout(() => this.#listen(), AGAIN_MILLIS);
			}
		});
		return source;
	}

}
