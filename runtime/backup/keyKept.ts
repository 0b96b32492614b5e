/** Whether somebody has kept the key of the backups outside of the cluster: a note on its Secret. */
import type { BackupFacilities } from "../../objectives/settings.ts";

/** When the key was last exported, ISO 8601. */
export const keptAnnotation = "mysql-dr/key-exported-at";

/** The user's own Secret came from somewhere else: it is kept there. */
export function keyIsKept(
	{ keyManaged }: Pick<BackupFacilities, "keyManaged">,
	annotations: Readonly<Record<string, string>> | undefined,
): boolean {
	return !keyManaged || (annotations?.[keptAnnotation] ?? "") !== "";
}
