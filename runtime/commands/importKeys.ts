/** `mysql-dr backup-key --import`: a database made anew is given the kept keys, which open the backups of the lost one. */

import { readKeys } from "../backup/keyFile.ts";
import { keptAnnotation } from "../backup/keyKept.ts";
import { FailedError } from "../exit.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { confirmed } from "./confirmed.ts";
import type { Result } from "./context.ts";

const archivers = "app.kubernetes.io/name=mysql,app.kubernetes.io/part-of=mysql-dr,app.kubernetes.io/component=archive";

interface ImportOptions {
	readonly import?: string;
	readonly yes?: boolean;
}

export async function importKeys(
	access: ClusterAccess,
	terminal: Terminal,
	name: string,
	{ import: file = "", yes }: ImportOptions,
): Promise<Result> {
	const keys = await readKeys(file, "--import");
	const there = await access.secret(name);
	if (there === null) throw new FailedError(`there is no Secret ${name} in namespace ${access.namespace} yet`);
	const encoded = Object.fromEntries(
		Object.entries(keys).map(([entry, key]) => [entry, Buffer.from(key).toString("base64")]),
	);
	if (there.data?.key === encoded.key && there.data?.recoveryKey === encoded.recoveryKey) {
		return {
			exit: "done",
			document: { secret: name, changed: false },
			lines: [`Secret ${name} has these keys already`],
		};
	}
	const question = `Replace the keys in Secret ${name}? What was backed up with the present ones cannot be opened with the new ones.`;
	if (!yes) await confirmed(terminal, question);
	await access.patchSecret(name, { data: encoded, annotations: { [keptAnnotation]: new Date().toISOString() } });
	// It reads its keys when it starts.
	for (const { metadata } of await access.pods(archivers)) await access.deletePod(metadata?.name ?? "");
	const lines = [
		`Secret ${name} has the keys of ${file}; the archiver starts anew with them`,
		"next: mysql-dr backups",
	];
	return { exit: "done", document: { secret: name, changed: true }, lines };
}
