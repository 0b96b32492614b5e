/**
 * Numbers of variable length as the server's serialization library writes them (`mysql/serialization`): as many ones at the low end of
 * the first byte as bytes follow it, then a zero, then the number, little endian; the ninth byte stands alone.
 */

const longest = 8;

export class VarlenReader {
	readonly #bytes: Buffer;
	at: number;

	constructor(bytes: Buffer, at = 0) {
		this.#bytes = bytes;
		this.at = at;
	}

	/** @throws RangeError at the end of the bytes */
	unsigned(): bigint {
		const first = this.#bytes.readUInt8(this.at);
		const more = trailingOnes(first);
		if (more === longest) {
			const value = this.#bytes.readBigUInt64LE(this.at + 1);
			this.at += 1 + longest;
			return value;
		}
		let value = 0n;
		for (let i = more; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes.readUInt8(this.at + i));
		this.at += more + 1;
		return value >> BigInt(more + 1);
	}

	number(): number {
		return Number(this.unsigned());
	}

	/** The sign is the lowest bit. */
	signed(): number {
		const value = this.unsigned();
		return Number((value & 1n) === 0n ? value >> 1n : -(value >> 1n) - 1n);
	}

	text(length: number): string {
		if (this.at + length > this.#bytes.length) throw new RangeError("a text goes beyond the end");
		const text = this.#bytes.toString("latin1", this.at, this.at + length);
		this.at += length;
		return text;
	}

	byte(): number {
		return this.#bytes.readUInt8(this.at++);
	}
}

function trailingOnes(byte: number): number {
	let count = 0;
	while ((byte >> count) & 1) count++;
	return count;
}
