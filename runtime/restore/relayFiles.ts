/**
 * Chosen transactions as relay log files of a channel of their own. A server reads a channel's index file when the channel
 * is configured, so that files can be put there while it runs (seen on 9.7.4).
 */
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { emptyHistory } from "./emptyHistory.ts";

/** A new file is begun when one has reached this. */
const fileBytes = 256 * 2 ** 20;

/** Base name of relay log files, the server's `relay_log`. */
export const relayLog = "relay";

export const relayFileName = (channel: string, number: number): string =>
	`${relayLog}-${channel}.${String(number).padStart(6, "0")}`;

export const relayIndexName = (channel: string): string => `${relayLog}-${channel}.index`;

export interface Part {
	/** The binary log that the events come from: within one, their dependencies are numbered on. */
	readonly stream: string;
	/** Magic number and format description. */
	readonly format: Buffer;
	/** Whole transactions, in their order. */
	readonly events: readonly Buffer[];
}

/** Of one binary log's transactions. */
export class RelayFiles {
	/** Of all files so far. */
	bytes = 0;
	readonly #folder: string;
	readonly #channel: string;
	readonly #names: string[] = [];
	#file: FileHandle | null = null;
	#inFile = 0;

	/** @param folder the data directory */
	constructor(folder: string, channel: string) {
		this.#folder = folder;
		this.#channel = channel;
	}

	async add({ format, events }: Part): Promise<void> {
		if (this.#file === null || this.#inFile >= fileBytes) await this.#begin(format);
		for (const bytes of events) await this.#write(bytes);
	}

	/** From now on the server can be told of them. */
	async finish(): Promise<void> {
		await this.close();
		const index = this.#names.map((name) => `./${name}\n`).join("");
		const file = await open(join(this.#folder, relayIndexName(this.#channel)), "w", 0o640);
		await file.writeFile(index);
		await file.close();
	}

	async close(): Promise<void> {
		await this.#file?.close();
		this.#file = null;
	}

	async #begin(format: Buffer): Promise<void> {
		await this.close();
		const name = relayFileName(this.#channel, this.#names.length + 1);
		this.#file = await open(join(this.#folder, name), "w", 0o640);
		this.#names.push(name);
		this.#inFile = 0;
		await this.#write(format);
		await this.#write(emptyHistory(format));
	}

	async #write(bytes: Buffer): Promise<void> {
		await this.#file?.writeFile(bytes);
		this.bytes += bytes.length;
		this.#inFile += bytes.length;
	}
}
