/** Where a site keeps what: its state in the checkout, and what concerns the whole machine in /run. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../../objectives/error.ts";

/** The checkout that this file lies in. */
export const checkout = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/**
 * Claims on the machine itself (slots, sysctls, locks), shared by all checkouts. It is gone after a reboot, and so is
 * everything that it speaks of.
 */
export const machineWide = "/run/mysql-dr";

const siteName = /^[a-z][a-z0-9-]{0,30}$/;

/** The folder with all that a site remembers: keys, disks, etcd, logs. */
export function stateFolder(name: string): string {
	if (!siteName.test(name))
		throw new UserError({
			field: "site",
			value: name,
			remedy: "name it with lower-case letters, digits and dashes, a letter first, 31 at most",
		});
	return join(checkout, ".state", "sites", name);
}

/** What other programs read to find the site: the contract between `local/` and the rest. */
export function siteFile(name: string): string {
	return join(stateFolder(name), "site.json");
}

/** One machine's part of the state. */
export interface MachineFolder {
	readonly base: string;
	/** "PID STARTTIME" of the machine's first process. */
	readonly pid: string;
	readonly log: string;
	readonly config: string;
	/** How it was started, so that `fault start` starts the same again. */
	readonly launch: string;
	/** Images that its containerd holds are marked here: lives and dies with the image store. */
	readonly containerd: string;
}

export function machineFolder(state: string, machine: string): MachineFolder {
	const base = join(state, "machines", machine);
	return {
		base,
		pid: join(base, "pid"),
		log: join(base, "log"),
		config: join(base, "config"),
		launch: join(base, "launch.json"),
		containerd: join(base, "containerd"),
	};
}

/** The site's keys and kubeconfigs. */
export function keysFolder(state: string): string {
	return join(state, "keys");
}
