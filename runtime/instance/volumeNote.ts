/**
 * What an instance's scripts say of a volume on which mysqld cannot run: one line in the container's termination message,
 * which Kubernetes shows while nothing runs that could be asked.
 */

/** As the scripts write it: `mysql-dr volume <trouble>[ <server UUID>]: <text>`. */
export const volumeNotePrefix = "mysql-dr volume";

/**
 * `missing`: there is no data directory on it. `read-only`, `failing`: nothing can be written to it. `corrupt`: InnoDB
 * found pages on it that are not as it wrote them.
 */
export const volumeTroubles = ["missing", "read-only", "failing", "corrupt"] as const;
export type VolumeTrouble = (typeof volumeTroubles)[number];

export interface VolumeNote {
	readonly trouble: VolumeTrouble;
	/** Of the data directory; null where it was not read. */
	readonly uuid: string | null;
	/** For people. */
	readonly text: string;
}

const line = new RegExp(`^${volumeNotePrefix} (${volumeTroubles.join("|")})(?: ([0-9a-f-]{36}))?: (.*)$`, "m");

/** Null where the message says nothing of a volume. */
export function parseVolumeNote(message: string | undefined): VolumeNote | null {
	const [, trouble, uuid, text] = line.exec(message ?? "") ?? [];
	return trouble === undefined ? null : { trouble: trouble as VolumeTrouble, uuid: uuid ?? null, text: text ?? "" };
}
