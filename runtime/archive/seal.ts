/** Binary log to object: compressed, encrypted for every recipient, described by a header. */
import { promisify } from "node:util";
import { zstdCompress } from "node:zlib";
import { Encrypter } from "age-encryption";
import { formatHeader, type HeaderLine, sha256 } from "./headerLine.ts";
import { type SegmentHeader, segmentKey } from "./segment.ts";

/** All of a header that does not follow from the binary log's bytes. */
export type SegmentFacts = Omit<SegmentHeader, "version" | "bytes" | "sha256" | "storedSha256" | "storedBytes">;

export interface Sealed extends HeaderLine {
	readonly key: string;
	readonly object: Buffer;
}

const compress = promisify(zstdCompress);

/** @param recipients age recipients; whoever holds one of their identities can open it */
export async function sealSegment(facts: SegmentFacts, binlog: Buffer, recipients: readonly string[]): Promise<Sealed> {
	if (recipients.length === 0) throw new Error("a segment without recipients could never be opened");
	const encrypter = new Encrypter();
	for (const recipient of recipients) encrypter.addRecipient(recipient);
	// First, so that the binary log need not be kept until the end.
	const hashes = { bytes: binlog.length, sha256: sha256(binlog) };
	const rest = await encrypter.encrypt(await compress(binlog));
	return withRest({ ...facts, ...hashes }, rest);
}

/** The same encrypted transactions in another place of a chain, or in another's chain: nothing needs to be decrypted. */
export function withRest(facts: SegmentFacts & Pick<SegmentHeader, "bytes" | "sha256">, rest: Uint8Array): Sealed {
	const header: SegmentHeader = { version: 1, ...facts, storedSha256: sha256(rest), storedBytes: rest.length };
	const line = formatHeader(header);
	return {
		header,
		hash: sha256(line),
		bytes: line.length,
		key: segmentKey(header.cluster, header.number),
		object: Buffer.concat([line, rest]),
	};
}
