/** Where an instance runs: its pod, and the folders that the pod gives it. */

export interface Paths {
	/** Memory-backed folder for what is generated (my.cnf, secrets, socket, pid); outlives a container, not the pod. */
	readonly run: string;
	/** The claim; the data directory is `data` in it. */
	readonly volume: string;
	readonly temporary: string;
	/** File that a container's last word goes to; Kubernetes shows it with the pod. */
	readonly lastWord: string;
	/** The file settings.json. */
	readonly settings: string;
	/** Folder with a file an account, holding its password. */
	readonly credentials: string;
	/** Folder with ca.crt, tls.crt and tls.key. */
	readonly tls: string;
	/** Folder with a file an instance, once its volume was replaced: which one it stands on. */
	readonly volumes: string;
}

export interface Place {
	/** `mysql-<ordinal>` */
	readonly pod: string;
	readonly namespace: string;
	/** The pod's own IP address. */
	readonly address: string;
	readonly port: number;
	readonly adminPort: number;
	readonly paths: Paths;
}

/** The paths of the pod that components/ declares. */
export const podPaths: Paths = {
	run: "/run/mysql-dr",
	volume: "/var/lib/mysql-dr",
	temporary: "/tmp",
	lastWord: "/dev/termination-log",
	settings: "/etc/mysql-dr/settings/settings.json",
	credentials: "/etc/mysql-dr/credentials",
	tls: "/etc/mysql-dr/tls",
	volumes: "/etc/mysql-dr/volumes",
};

/** The pod tells its name, namespace and address by the downward API. */
export function placeFromEnvironment(env: Readonly<Record<string, string | undefined>>): Place {
	return {
		pod: required(env, "POD_NAME"),
		namespace: required(env, "POD_NAMESPACE"),
		address: required(env, "POD_IP"),
		port: 3306,
		adminPort: 33062,
		paths: podPaths,
	};
}

function required(env: Readonly<Record<string, string | undefined>>, name: string): string {
	const value = env[name];
	if (value === undefined || value === "") {
		throw new Error(`${name} is not set; this command runs in a MySQL pod, where the downward API sets it`);
	}
	return value;
}

/** 2 for `mysql-2`: a StatefulSet's ordinal. */
export function ordinal(pod: string): number {
	const digits = /-(\d+)$/.exec(pod)?.[1];
	if (digits === undefined) throw new Error(`POD_NAME: ${pod} does not end in an ordinal, as mysql-0 does`);
	return Number(digits);
}

export const dataFolder = (paths: Pick<Paths, "volume">) => `${paths.volume}/data`;
export const socket = (paths: Paths) => `${paths.run}/mysqld.sock`;
export const pidFile = (paths: Paths) => `${paths.run}/mysqld.pid`;
