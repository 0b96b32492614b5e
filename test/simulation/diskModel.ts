/** An instance's disk: each flush takes a moment, one after the other; while it stalls, nothing is flushed. */
import type { Mysql } from "./mysqlModel.ts";

export class Disk {
	readonly #own: Mysql;
	#stalled = false;
	#flushedAt = 0;
	#waiting: (() => void)[] = [];

	constructor(own: Mysql) {
		this.#own = own;
	}

	get stalled(): boolean {
		return this.#stalled;
	}

	/** Reads go on while a disk stalls; what must write waits for it. */
	write(work: () => void): void {
		const { boot } = this.#own;
		if (this.#stalled) this.#waiting.push(() => boot === this.#own.boot && work());
		else work();
	}

	/** Durably written, in order; not before a stalled disk goes on. */
	flush(work: () => void): void {
		const own = this.#own;
		const { boot } = own;
		const run = () => {
			if (boot !== own.boot) return;
			if (this.#stalled || own.stopped) this.#waiting.push(run);
			else work();
		};
		const { clock, random } = own.world;
		this.#flushedAt = Math.max(this.#flushedAt + 0.001, clock.now() + random.between(0.2, 2));
		clock.after(this.#flushedAt - clock.now(), run);
	}

	stall(stalled: boolean): void {
		this.#stalled = stalled;
		this.goOn();
	}

	/** What waited, unless the disk or the process still stands. */
	goOn(): void {
		if (this.#stalled || this.#own.stopped) return;
		for (const work of this.#waiting.splice(0)) work();
		this.#own.receiver.apply();
	}

	crashed(): void {
		this.#waiting = [];
	}
}
