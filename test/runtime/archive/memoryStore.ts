/** A store in memory that can be away, slow, and tampered with. */
import type { ObjectStore, Writing } from "../../../runtime/store/objectStore.ts";

export class MemoryStore implements ObjectStore {
	readonly name: string;
	readonly objects = new Map<string, Buffer>();
	/** Every call is refused with it. */
	away: Error | null = null;
	/** Every call waits for it first. */
	slow: Promise<void> | null = null;
	/** Called after each put that wrote something. */
	onPut: (key: string) => void = () => {};

	constructor(name: string) {
		this.name = name;
	}

	async put(key: string, body: Uint8Array, how: Writing): Promise<"written" | "present"> {
		await this.#answer();
		if (how === "once" && this.objects.has(key)) return "present";
		this.objects.set(key, Buffer.from(body));
		this.onPut(key);
		return "written";
	}

	async get(key: string): Promise<Buffer | null> {
		await this.#answer();
		return this.objects.get(key) ?? null;
	}

	async getRange(key: string, offset: number, length: number): Promise<Buffer | null> {
		return (await this.get(key))?.subarray(offset, offset + length) ?? null;
	}

	async head(key: string) {
		const body = await this.get(key);
		return body === null ? null : { key, size: body.length, modifiedAt: new Date(0) };
	}

	async *list(prefix: string, { after = "" } = {}) {
		await this.#answer();
		for (const key of [...this.objects.keys()].filter((one) => one.startsWith(prefix) && one > after).sort()) {
			yield { key, size: this.objects.get(key)?.length ?? 0, modifiedAt: new Date(0) };
		}
	}

	async remove(key: string): Promise<boolean> {
		await this.#answer();
		return this.objects.delete(key);
	}

	async #answer(): Promise<void> {
		await this.slow;
		if (this.away !== null) throw this.away;
	}
}
