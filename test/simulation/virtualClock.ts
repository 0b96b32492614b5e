/** Virtual time: a queue of events, and the promises that each one settles are run to their end before the next. */
export interface Timer {
	cancelled: boolean;
	readonly at: number;
	readonly order: number;
	readonly work: () => void;
}

export class VirtualClock {
	#now = 0;
	#order = 0;
	#promised = true;
	readonly #heap: Timer[] = [];

	now(): number {
		return this.#now;
	}

	after(ms: number, work: () => void): Timer {
		const timer = { cancelled: false, at: this.#now + Math.max(0, ms), order: this.#order++, work };
		this.#push(timer);
		return timer;
	}

	/** To be called whenever an event settles a promise: the code that waits for it runs before time moves on. */
	promised(): void {
		this.#promised = true;
	}

	/** Runs events until `over` says so or virtual time reaches `end`. */
	async run(end: number, over: () => boolean): Promise<void> {
		while (!over()) {
			if (this.#promised) {
				this.#promised = false;
				await settled();
				continue;
			}
			const next = this.#heap[0];
			if (next === undefined || next.at > end) break;
			this.#pop();
			if (next.cancelled) continue;
			this.#now = next.at;
			next.work();
		}
	}

	#push(timer: Timer): void {
		const heap = this.#heap;
		let at = heap.length;
		heap.push(timer);
		while (at > 0) {
			const parent = (at - 1) >> 1;
			if (before(heap[parent] as Timer, timer)) break;
			heap[at] = heap[parent] as Timer;
			at = parent;
		}
		heap[at] = timer;
	}

	#pop(): void {
		const heap = this.#heap;
		const last = heap.pop() as Timer;
		if (heap.length === 0) return;
		let at = 0;
		for (;;) {
			let child = 2 * at + 1;
			if (child >= heap.length) break;
			if (child + 1 < heap.length && before(heap[child + 1] as Timer, heap[child] as Timer)) child += 1;
			if (before(last, heap[child] as Timer)) break;
			heap[at] = heap[child] as Timer;
			at = child;
		}
		heap[at] = last;
	}
}

/**
 * Node runs its ticks when no promise is left to go on with: unlike setImmediate this takes no turn of the event loop,
 * of which a schedule would need tens of thousands.
 */
const settled = () => new Promise<void>((resolve) => process.nextTick(resolve));

function before(a: Timer, b: Timer): boolean {
	return a.at < b.at || (a.at === b.at && a.order < b.order);
}
