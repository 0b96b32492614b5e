/**
 * The backup key: one text that opens everything. It is the password of the restic repositories as it is, and the
 * archive's segments are encrypted for the age identity that is derived from it. The recovery key does the same beside
 * it, and is kept somewhere else.
 */
import { createPrivateKey, createPublicKey, hkdfSync, randomBytes } from "node:crypto";
import { bech32 } from "@scure/base";
import { UserError } from "../../objectives/error.ts";

/** What the Secret `mysql-backup-key` holds. */
export interface BackupKeys {
	readonly key: string;
	readonly recoveryKey: string;
}

/** Characters; what {@link newBackupKey} makes has 43 of 64 kinds. */
export const shortestKey = 32;

/** Fixed for ever: another text here would be another identity, and the archive could not be read. */
const info = "mysql-dr archive identity v1";

/** 256 bits, as text without characters that a shell or a form would change. */
export const newBackupKey = (): string => randomBytes(32).toString("base64url");

/** @throws UserError when one cannot be used, or when they are the same; never with its value */
export function checkBackupKeys(name: string, data: Readonly<Record<string, string>> | undefined): BackupKeys {
	const [key, recoveryKey] = [data?.key ?? "", data?.recoveryKey ?? ""];
	for (const [entry, value] of Object.entries({ key, recoveryKey })) {
		const wrong = keyFault(value);
		if (wrong !== undefined) throw fault(`secret ${name}, key ${entry}`, wrong);
	}
	if (key === recoveryKey) throw fault(`secret ${name}`, "has the same text as key and as recoveryKey");
	return { key, recoveryKey };
}

/** What is wrong with a key, or undefined. Others than ASCII have several forms as bytes, and only one would open. */
export function keyFault(key: string): string | undefined {
	if (key === "") return "is missing";
	if (/[\r\n]/.test(key)) return "has a line break";
	if (!/^[\x20-\x7e]*$/.test(key)) return "has characters other than printable ASCII";
	if (key.length < shortestKey) return `is shorter than ${shortestKey} characters`;
	return undefined;
}

const fault = (field: string, wrong: string) =>
	new UserError({
		field,
		value: undefined,
		wrong,
		remedy: `give two different texts of ${shortestKey} characters or more`,
	});

/** `AGE-SECRET-KEY-1…`: opens every segment that was encrypted for {@link recipient} of the same key. */
export function identity(key: string): string {
	return bech32.encodeFromBytes("AGE-SECRET-KEY-", secretOf(key)).toUpperCase();
}

/** `age1…` (age-encryption.org/v1, "The X25519 recipient type"). */
export function recipient(key: string): string {
	return bech32.encodeFromBytes("age", publicOf(secretOf(key)));
}

/** Whom a segment is encrypted for: either key alone opens it. */
export function recipients({ key, recoveryKey }: BackupKeys): string[] {
	return [recipient(key), recipient(recoveryKey)];
}

/** A key has at least 128 bits of its own, so that no slow derivation is needed. */
function secretOf(key: string): Uint8Array {
	return new Uint8Array(hkdfSync("sha256", key, "", info, 32));
}

/** PKCS #8 of an X25519 key (RFC 8410, section 7) up to its 32 bytes. */
const pkcs8 = Buffer.from("302e020100300506032b656e04220420", "hex");

function publicOf(secret: Uint8Array): Uint8Array {
	const key = createPrivateKey({ key: Buffer.concat([pkcs8, secret]), format: "der", type: "pkcs8" });
	const { x } = createPublicKey(key).export({ format: "jwk" });
	return new Uint8Array(Buffer.from(x as string, "base64url"));
}
