/** What the pods of archive, backup and restore find in their file systems; components/backups declares the same. */
import type { Paths } from "./place.ts";

/** Paths of such a pod. POD_NAME, POD_NAMESPACE, POD_IP and NODE_NAME are in its environment. */
export interface JobPaths extends Pick<Paths, "settings" | "credentials" | "tls" | "volume" | "temporary"> {
	/** Folder with the files `key` and `recoveryKey`. */
	readonly backupKey: string;
}

export const jobPaths: JobPaths = {
	settings: "/etc/mysql-dr/settings/settings.json",
	/** One file an account, of those accounts alone that the pod needs; read by `readPassword`. */
	credentials: "/etc/mysql-dr/credentials",
	/** `ca.crt`; `tls.crt` and `tls.key` besides, where a restored copy is served. */
	tls: "/etc/mysql-dr/tls",
	backupKey: "/etc/mysql-dr/backup-key",
	/** The spool of an archiver, the scratch volume of a job: empty at first, gone with the pod. */
	volume: "/var/lib/mysql-dr",
	temporary: "/tmp",
};
