/**
 * Ctrl-C, once for the whole program: the first signal asks every running child to stop and lets the work in hand clean up after
 * itself; a second one goes to the children again; the program ends by its own `finally` blocks, with exit code 130.
 */

/** Thrown by work that was asked to stop. */
export class Interrupted extends Error {
	constructor() {
		super("interrupted; what is finished is kept, and the same command goes on from there");
		this.name = "Interrupted";
	}
}

const controller = new AbortController();

/** Aborted when the user asked to stop. Long work listens to it or asks `throwIfInterrupted`. */
export const interruption: AbortSignal = controller.signal;

const onSignal = new Set<(signal: NodeJS.Signals) => void>();

/** Begins to listen. Until then (in tests, in the runtime) signals do what they always do. */
export function listenForInterruption(): void {
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
		process.on(signal, () => {
			controller.abort(new Interrupted());
			for (const listener of onSignal) listener(signal);
		});
	}
}

/** Calls the listener at each signal until the returned function is called. */
export function whenSignalled(listener: (signal: NodeJS.Signals) => void): () => void {
	onSignal.add(listener);
	return () => onSignal.delete(listener);
}

/** To be called between two pieces of work. */
export function throwIfInterrupted(): void {
	if (interruption.aborted) throw new Interrupted();
}

/** All of them; after a Ctrl-C not before each has cleaned up after itself. */
export async function together<T extends readonly unknown[]>(
	works: { readonly [K in keyof T]: Promise<T[K]> },
): Promise<T> {
	try {
		return (await Promise.all(works)) as unknown as T;
	} catch (error) {
		if (interruption.aborted) await Promise.allSettled(works);
		throw error;
	}
}
