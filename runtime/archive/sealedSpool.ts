/** Sealed segments that a store has not taken yet: what it lacks is at hand when it is back, whatever became of the other. */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

export class SealedSpool {
	readonly #folder: string;
	readonly #limit: number;
	/** Bytes by number. */
	readonly #sizes = new Map<number, number>();
	#bytes = 0;

	/** @param limit bytes; beyond it the oldest goes, which another store has */
	constructor(folder: string, limit: number) {
		this.#folder = folder;
		this.#limit = limit;
	}

	get bytes(): number {
		return this.#bytes;
	}

	/** Of the segments after this one. */
	bytesAfter(number: number): number {
		let sum = 0;
		for (const [one, bytes] of this.#sizes) if (one > number) sum += bytes;
		return sum;
	}

	/** What an earlier process left. */
	async open(): Promise<void> {
		await mkdir(this.#folder, { recursive: true });
		for (const name of await readdir(this.#folder)) {
			const number = /^(\d+)\.segment$/.exec(name)?.[1];
			if (number === undefined) await rm(join(this.#folder, name), { force: true });
			else this.#add(Number(number), (await stat(join(this.#folder, name))).size);
		}
	}

	/** Of segments with these numbers something lies here. */
	get numbers(): readonly number[] {
		return [...this.#sizes.keys()].sort((a, b) => a - b);
	}

	/** A file is there whole or not at all. */
	async keep(number: number, object: Buffer): Promise<void> {
		const path = this.#path(number);
		await writeFile(`${path}.new`, object);
		await rename(`${path}.new`, path);
		this.#drop(number);
		this.#add(number, object.length);
		for (const oldest of this.numbers) {
			if (this.#bytes <= this.#limit || oldest === number) break;
			await this.forget(oldest);
		}
	}

	async get(number: number): Promise<Buffer | null> {
		return this.#sizes.has(number) ? readFile(this.#path(number)) : null;
	}

	async forget(number: number): Promise<void> {
		if (!this.#sizes.has(number)) return;
		this.#drop(number);
		await rm(this.#path(number), { force: true });
	}

	#path(number: number): string {
		return join(this.#folder, `${number}.segment`);
	}

	#add(number: number, bytes: number): void {
		this.#sizes.set(number, bytes);
		this.#bytes += bytes;
	}

	#drop(number: number): void {
		this.#bytes -= this.#sizes.get(number) ?? 0;
		this.#sizes.delete(number);
	}
}
