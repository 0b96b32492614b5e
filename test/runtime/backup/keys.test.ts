import { describe, expect, test } from "@jest/globals";
import { Decrypter, Encrypter, identityToRecipient } from "age-encryption";
import fc from "fast-check";
import {
	checkBackupKeys,
	identity,
	keyFault,
	newBackupKey,
	recipient,
	recipients,
} from "../../../runtime/backup/keys.ts";

const text = fc.stringMatching(/^[\x20-\x7e]{32,80}$/);

describe("the backup key", () => {
	test("gives age identities that the library takes, with the recipients that it derives", async () => {
		await fc.assert(
			fc.asyncProperty(text, async (key) => {
				expect(recipient(key)).toBe(await identityToRecipient(identity(key)));
			}),
			{ numRuns: 30 },
		);
	});

	test("gives the same identity for ever: what an earlier version encrypted is opened", () => {
		const key = "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEF";
		expect(identity(key)).toBe("AGE-SECRET-KEY-1672CC8UTW7VWVY3DSYCYCKJUHZ9ZTARFPGCJDYVR7G9XGVSRQHVSUSCDJW");
		expect(recipient(key)).toBe("age1ktmce7gyppnc9xzs9kkurkktkz2hkecy394jv5yhaxmu94enupfsf62frr");
	});

	test("and the recovery key each open alone what was encrypted for both; a third does not", async () => {
		const keys = { key: newBackupKey(), recoveryKey: newBackupKey() };
		const encrypter = new Encrypter();
		for (const one of recipients(keys)) encrypter.addRecipient(one);
		const sealed = await encrypter.encrypt("a segment");
		const open = (key: string) => {
			const decrypter = new Decrypter();
			decrypter.addIdentity(identity(key));
			return decrypter.decrypt(sealed, "text");
		};
		expect(await open(keys.key)).toBe("a segment");
		expect(await open(keys.recoveryKey)).toBe("a segment");
		await expect(open(newBackupKey())).rejects.toThrow();
	});

	test("that is made is always one that is taken", () => {
		expect(keyFault(newBackupKey())).toBeUndefined();
		expect(newBackupKey()).not.toBe(newBackupKey());
	});

	test.each([
		["is missing", undefined],
		["is missing", { key: newBackupKey() }],
		["line break", { key: `${newBackupKey()}\n`, recoveryKey: newBackupKey() }],
		["shorter than 32", { key: "a short one", recoveryKey: newBackupKey() }],
		["other than printable ASCII", { key: "ä".repeat(40), recoveryKey: newBackupKey() }],
		["the same text", { key: "x".repeat(40), recoveryKey: "x".repeat(40) }],
	])("that %s is refused, and not told", (wrong, data) => {
		const refused = () => checkBackupKeys("mysql-backup-key", data);
		expect(refused).toThrow(wrong);
		expect(refused).not.toThrow("a short one");
		expect(refused).not.toThrow("xxxx");
	});
});
