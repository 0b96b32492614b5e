/** What the Secrets of a database must hold, whoever made them. */
import { UserError } from "../../objectives/error.ts";
import { accountNames, type Passwords, passwordFault } from "./accounts.ts";
import { certificateFacts } from "./certificates.ts";
import type { SecretData } from "./secretStore.ts";

/** @throws UserError for the first key that is missing or cannot be used; never with its value. */
export function checkPasswords(name: string, data: SecretData | undefined): Passwords {
	const present = existing(name, data, accountNames);
	for (const account of accountNames) {
		const wrong = passwordFault(account, present[account] ?? "");
		if (wrong !== undefined) throw fault(name, account, wrong, "replace it");
	}
	return Object.fromEntries(accountNames.map((a) => [a, present[a]])) as Passwords;
}

/** The key's own content is mysqld's to judge: it refuses to start with one that does not fit. */
export function checkTls(
	name: string,
	data: SecretData | undefined,
): { readonly ca: string; readonly certificate: string } {
	const present = existing(name, data, ["ca.crt", "tls.crt", "tls.key"]);
	const ca = present["ca.crt"] ?? "";
	const certificate = present["tls.crt"] ?? "";
	checkCertificate(name, "ca.crt", ca);
	checkCertificate(name, "tls.crt", certificate);
	return { ca, certificate };
}

function checkCertificate(name: string, key: string, text: string): void {
	try {
		certificateFacts(text);
	} catch {
		throw fault(name, key, "is not a certificate in PEM", "replace it");
	}
}

function existing(name: string, data: SecretData | undefined, keys: readonly string[]): SecretData {
	if (data === undefined) {
		throw new UserError({
			field: `secret ${name}`,
			value: undefined,
			wrong: "does not exist",
			remedy: `create it with the keys ${keys.join(", ")}, or leave existingSecret out to have it made`,
		});
	}
	const missing = keys.find((key) => (data[key] ?? "") === "");
	if (missing !== undefined) {
		throw fault(name, missing, "is missing", `it needs the keys ${keys.join(", ")}`);
	}
	return data;
}

function fault(name: string, key: string, wrong: string, remedy: string): UserError {
	return new UserError({ field: `secret ${name}, key ${key}`, value: undefined, wrong, remedy });
}
