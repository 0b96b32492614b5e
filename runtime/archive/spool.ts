/** The folder that mysqlbinlog writes to: a replica's binary logs as they come, each until all of it was looked at. */
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { BinlogFile } from "../binlog/binlogBytes.ts";
import { BinlogError } from "../binlog/binlogError.ts";
import { type BinlogReading, readBinlog } from "../binlog/readBinlog.ts";
import { composeBinlog } from "../binlog/selectTransactions.ts";
import type { BinlogTransaction } from "../binlog/transaction.ts";

/** What has come of one file since the last look. */
export interface Arrived {
	readonly file: string;
	/** Where this look began. */
	readonly from: number;
	readonly reading: BinlogReading;
	/** Bytes of whole transactions or beginnings of one are there that this look did not reach. */
	readonly more: boolean;
}

export class Spool {
	readonly folder: string;
	#file: string | null = null;
	#after: BinlogReading | null = null;

	constructor(folder: string) {
		this.folder = folder;
	}

	/** Nothing of before counts: what was not archived comes again. */
	async clear(): Promise<void> {
		this.#file = null;
		this.#after = null;
		await rm(this.folder, { recursive: true, force: true });
		await mkdir(this.folder, { recursive: true });
	}

	async bytes(): Promise<number> {
		const sizes = await Promise.all((await this.#files()).map((name) => sizeOf(join(this.folder, name))));
		return sizes.reduce((sum, size) => sum + size, 0);
	}

	/**
	 * @param enough bytes for one look
	 * @returns null where no file has come yet
	 * @throws BinlogError when what has come is damaged, or a file ends within a transaction
	 */
	async look(enough: number): Promise<Arrived | null> {
		const files = await this.#files();
		this.#file ??= files[0] ?? null;
		if (this.#file === null) return null;
		const later = files.some((name) => inOrder(this.#file as string, name) < 0);
		const file = new BinlogFile(join(this.folder, this.#file));
		try {
			const reading = readBinlog(file, { enough, ...(this.#after === null ? {} : { after: this.#after }) });
			const rest = file.size - reading.end;
			const stopped = reading.end - (this.#after?.end ?? 0) >= enough;
			if (later && rest > 0 && !reading.finished && !stopped) {
				throw new BinlogError(this.#file, reading.end, `the file ends within a transaction (${rest} bytes)`);
			}
			// A server that was killed leaves a file without an end of its own.
			const finished = reading.finished || (later && rest === 0);
			const more = (rest > 0 && stopped) || later;
			return { file: this.#file, from: this.#after?.end ?? 0, reading: { ...reading, finished }, more };
		} finally {
			file.close();
		}
	}

	/** A binary log of these transactions. */
	compose({ file, reading }: Arrived, chosen: readonly BinlogTransaction[]): Buffer {
		const source = new BinlogFile(join(this.folder, file));
		try {
			return composeBinlog(reading.format ?? Buffer.alloc(0), source, chosen);
		} finally {
			source.close();
		}
	}

	/** What `arrived` gave was dealt with, up to `end`; a finished file that was dealt with whole is deleted. */
	async done({ file, reading }: Arrived, end: number): Promise<void> {
		if (reading.finished && end === reading.end) {
			this.#file = null;
			this.#after = null;
			await rm(join(this.folder, file));
			return;
		}
		this.#after = { ...reading, transactions: [], end, finished: false };
	}

	async #files(): Promise<string[]> {
		return (await readdir(this.folder).catch(noneYet)).filter((name) => /\.\d+$/.test(name)).sort(inOrder);
	}
}

function noneYet(error: NodeJS.ErrnoException): string[] {
	if (error.code === "ENOENT") return [];
	throw error;
}

/** Numbers grow beyond their six digits. */
const inOrder = (a: string, b: string): number => numberOf(a) - numberOf(b);
const numberOf = (name: string): number => Number(name.slice(name.lastIndexOf(".") + 1));

async function sizeOf(path: string): Promise<number> {
	try {
		return (await stat(path)).size;
	} catch {
		return 0;
	}
}
