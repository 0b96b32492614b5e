/** PREVIOUS_GTIDS_LOG_EVENT: every transaction that the files before this one hold. */
import { type GtidSet, parseGtidSet } from "../mysql/gtidSet.ts";
import { headerBytes } from "./event.ts";
import { uuidText } from "./gtidEvent.ts";
import { VarlenReader } from "./varlen.ts";

/** The first and last of the eight bytes that hold the count say which form follows: 1 has a tag for each source. */
const taggedForm = 1;

/**
 * @param event without its checksum
 * @throws RangeError where it ends too soon
 */
export function readPreviousGtids(event: Buffer): GtidSet {
	const body = event.subarray(headerBytes);
	const tagged = body.readUInt8(7) === taggedForm;
	const sources = tagged ? body.readUIntLE(1, 6) : body.readUIntLE(0, 6);
	const texts: string[] = [];
	let at = 8;
	for (let i = 0; i < sources; i++) {
		const uuid = uuidText(body.subarray(at, at + 16));
		at += 16;
		const tag = tagged ? tagAt(body, at) : { text: "", end: at };
		const { text, end } = intervalsAt(body, tag.end);
		if (text !== "") texts.push([uuid, ...(tag.text === "" ? [] : [tag.text]), text].join(":"));
		at = end;
	}
	if (at !== body.length) throw new RangeError(`${body.length - at} bytes are left over`);
	return parseGtidSet(texts.join(","));
}

function tagAt(body: Buffer, at: number): { text: string; end: number } {
	const reader = new VarlenReader(body, at);
	const text = reader.text(reader.number());
	return { text, end: reader.at };
}

/** First numbers, and the numbers after the last ones. */
function intervalsAt(body: Buffer, at: number): { text: string; end: number } {
	const count = Number(body.readBigUInt64LE(at));
	const texts: string[] = [];
	let end = at + 8;
	for (let i = 0; i < count; i++, end += 16) {
		texts.push(`${body.readBigInt64LE(end)}-${body.readBigInt64LE(end + 8) - 1n}`);
	}
	return { text: texts.join(":"), end };
}
