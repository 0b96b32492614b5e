/** `20261125T020000Z-full-1a2b3c4d`: sorts by time, and two never have the same. */
import { randomBytes } from "node:crypto";
import type { BackupKind } from "./entry.ts";

export function newBackupId(kind: BackupKind, at: Date): string {
	const time = at.toISOString().replace(/[-:]|\.\d+/g, "");
	return `${time}-${kind}-${randomBytes(4).toString("hex")}`;
}
