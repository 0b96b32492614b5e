/** The newest relay log of an instance that is down, torn as a crash of its machine would leave it. */
import { appendFile, readdir, readFile, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";

/** Where one event lies in its file. */
interface Place {
	readonly type: number;
	readonly from: number;
	readonly to: number;
}

const magicLength = 4;
/** Of an event's header (MySQL internals, "Binary Log Event Header", version 4). */
const headerLength = 19;
const typeAt = 4;
const lengthAt = 9;
const gtidEvent = 33;
/** In a GTID event, after its header: one byte of flags, the server's UUID, then the transaction's number. */
const numberAt = headerLength + 1 + 16;
const checksumLength = 4;

/** Cuts it in the middle of its last event. */
export async function cutLastEvent(data: string): Promise<void> {
	const { file, bytes } = await newest(data);
	const last = events(bytes).at(-1);
	if (last === undefined) throw new Error(`${file} has no event`);
	await truncate(file, last.from + Math.floor((last.to - last.from) / 2));
}

/** Removes all of its files; what the server's tables note of them stays. */
export async function loseRelayLog(data: string): Promise<void> {
	const names = (await readdir(data)).filter((name) => /^relay\.(\d+|index)$/.test(name));
	if (names.length < 2) throw new Error(`${data} has no relay log`);
	for (const name of names) await rm(join(data, name));
}

/**
 * Adds the beginning of a transaction that never arrived in full: half of its first event, or the whole of it and half
 * of the next.
 */
export async function beginTransaction(
	data: string,
	upTo: "half of the first event" | "half of the second",
): Promise<void> {
	const { file, bytes } = await newest(data);
	const all = events(bytes);
	const first = all.findLastIndex(({ type }, n) => type === gtidEvent && n + 1 < all.length);
	const [gtid, next] = [all[first], all[first + 1]];
	if (gtid === undefined || next === undefined) throw new Error(`${file} has no transaction to take for a model`);
	// What a kill left half-written stands in the way of nothing: the file ends with its last whole event.
	await truncate(file, all.at(-1)?.to ?? 0);
	const begun = nextNumber(bytes.subarray(gtid.from, gtid.to));
	const half = (part: Buffer) => part.subarray(0, Math.floor(part.length / 2));
	if (upTo === "half of the first event") await appendFile(file, half(begun));
	else await appendFile(file, Buffer.concat([begun, half(bytes.subarray(next.from, next.to))]));
}

async function newest(data: string): Promise<{ file: string; bytes: Buffer }> {
	const index = await readFile(join(data, "relay.index"), "utf8");
	const name = index.trim().split("\n").at(-1) ?? "";
	const file = join(data, name);
	return { file, bytes: await readFile(file) };
}

/** The whole ones, in order. */
function events(bytes: Buffer): Place[] {
	const found: Place[] = [];
	for (let from = magicLength; from + headerLength <= bytes.length; ) {
		const to = from + bytes.readUInt32LE(from + lengthAt);
		if (to > bytes.length || to === from) break;
		found.push({ type: bytes.readUInt8(from + typeAt), from, to });
		from = to;
	}
	return found;
}

/** The same event for the transaction that follows. */
function nextNumber(event: Buffer): Buffer {
	const made = Buffer.from(event);
	made.writeBigUInt64LE(made.readBigUInt64LE(numberAt) + 1n, numberAt);
	const end = made.length - checksumLength;
	made.writeUInt32LE(crc32(made.subarray(0, end)), end);
	return made;
}
