/** Where a MySQL server has its data, and which of the pod's volumes that is. Pure. */
import type { Container } from "../kubernetes/pod.ts";
import { setBy } from "../mysql/optionRule.ts";
import type { ServerOptions } from "../mysql/serverOptions.ts";

type Mount = NonNullable<Container["volumeMounts"]>[number];

/** What is said of it: several, where several files do. A single undefined where nobody says. */
export function dataFolders(options: ServerOptions): readonly (string | undefined)[] {
	const said = new Set(setBy(options, "datadir").map(({ value }) => value));
	return said.size > 0 ? [...said] : [undefined];
}

/** Data directories of the images: the official ones, Red Hat's, Bitnami's. */
const usual = ["/var/lib/mysql", "/var/lib/mysql/data", "/bitnami/mysql/data", "/bitnami/mariadb/data"];
const likely = /mysql|mariadb|percona/;
/** Of configuration, sockets, logs, statements for the first start, and what is loaded from files. */
const besides = /^\/(etc|run|var\/run|var\/log|tmp|usr|opt)\/|docker-entrypoint-initdb|\.cnf$|-(files|keyring)\/?$/;

/**
 * The mount that a folder is in.
 * @param folder undefined: where images have their data, else at whatever is called so
 */
export function mountOf(mounts: readonly Mount[], folder: string | undefined): Mount | undefined {
	const held = (folder === undefined ? usual : [folder]).map((one) => innermost(mounts, one)).find(Boolean);
	if (held || folder !== undefined) return held;
	return mounts.find(({ mountPath = "" }) => likely.test(mountPath) && !besides.test(mountPath));
}

function innermost(mounts: readonly Mount[], folder: string): Mount | undefined {
	return mounts
		.filter(({ mountPath = "" }) => `${folder}/`.startsWith(`${mountPath.replace(/\/$/, "")}/`))
		.toSorted((one, other) => (one.mountPath?.length ?? 0) - (other.mountPath?.length ?? 0))
		.at(-1);
}
