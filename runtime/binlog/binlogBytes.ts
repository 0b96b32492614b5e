/** A binary log as bytes that can be read anywhere: in memory, or a file that is still being written. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";

export interface BinlogBytes {
	/** For messages. */
	readonly name: string;
	/** As many as there are now. */
	readonly size: number;
	/** Exactly `length` bytes from `offset` on, which must be there. */
	read(offset: number, length: number): Buffer;
}

export function bytesOf(name: string, bytes: Buffer): BinlogBytes {
	return { name, size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

/** Events are small and many: the file is read in windows of this size. */
const windowBytes = 1 << 20;

/** A file whose size is taken once, at opening: what is appended later is for the next look. */
export class BinlogFile implements BinlogBytes {
	readonly name: string;
	readonly size: number;
	readonly #fd: number;
	#window: Buffer = Buffer.alloc(0);
	#windowAt = 0;

	constructor(path: string) {
		this.name = basename(path);
		this.#fd = openSync(path, "r");
		this.size = fstatSync(this.#fd).size;
	}

	read(offset: number, length: number): Buffer {
		const within = offset - this.#windowAt;
		if (within >= 0 && within + length <= this.#window.length) return this.#window.subarray(within, within + length);
		if (length >= windowBytes) return this.#readFile(offset, length);
		this.#window = this.#readFile(offset, Math.min(windowBytes, this.size - offset));
		this.#windowAt = offset;
		return this.#window.subarray(0, length);
	}

	close(): void {
		closeSync(this.#fd);
	}

	#readFile(offset: number, length: number): Buffer {
		const bytes = Buffer.allocUnsafe(length);
		for (let have = 0; have < length; ) {
			const got = readSync(this.#fd, bytes, have, length - have, offset + have);
			if (got === 0) throw new Error(`${this.name}: ends at ${offset + have}, it was longer before`);
			have += got;
		}
		return bytes;
	}
}
