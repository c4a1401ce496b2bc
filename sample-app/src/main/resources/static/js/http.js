const PATIENCE_MILLIS = 15000;

/** An answer that is a refusal. */
export class Refusal extends Error {

	constructor(status, message) {
		super(message);
		this.status = status;
	}

}

/** There was no answer: the application has gone, or takes too long. */
export class NoAnswer extends Error {
}

async function call(method, path, body) {
	const options = {
		method,
		headers: { Accept: "application/json" },
		cache: "no-store",
		signal: AbortSignal.timeout(PATIENCE_MILLIS)
	};
	if (body !== undefined) {
		options.headers["Content-Type"] = "application/json";
		options.body = JSON.stringify(body);
	}
	try {
		return await fetch(path, options);
	}
	catch (error) {
		throw new NoAnswer(error.name === "TimeoutError" ? "it takes too long" : "it cannot be reached");
	}
}

async function content(response) {
	const text = await response.text().catch(() => {
		throw new NoAnswer("its answer broke off");
	});
	try {
		return text ? JSON.parse(text) : null;
	}
	catch {
		// A page of somebody in between.
		if (response.ok) {
			throw new NoAnswer("something else does");
		}
		return null;
	}
}

async function answer(method, path, body) {
	const response = await call(method, path, body);
	const json = await content(response);
	if (!response.ok) {
		const reason = json?.detail ?? json?.message ?? json?.reason ?? json?.error;
		throw new Refusal(response.status, reason ?? `the answer is ${response.status} ${response.statusText}`.trim());
	}
	return json;
}

export function read(path) {
	return answer("GET", path);
}

export function write(path, body = {}) {
	return answer("POST", path, body);
}

export function remove(path) {
	return answer("DELETE", path);
}

/** Returns the methods that a path allows, without doing anything. */
export async function methods(path) {
	const response = await call("OPTIONS", path);
	return (response.headers.get("Allow") ?? "").split(",").map((method) => method.trim());
}
