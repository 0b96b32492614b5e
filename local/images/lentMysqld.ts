/** mysqld and what goes with it out of the runtime image, lent to tests and benches that run them as programs of this machine. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Debian's names of the dynamic loader and of the folder with its libraries. */
const machines: Readonly<Record<string, { readonly loader: string; readonly libraries: string }>> = {
	x64: { loader: "lib64/ld-linux-x86-64.so.2", libraries: "usr/lib/x86_64-linux-gnu" },
	arm64: { loader: "lib/ld-linux-aarch64.so.1", libraries: "usr/lib/aarch64-linux-gnu" },
};

/** Besides mysqld; all in `usr/bin` of the image. */
const companions = ["mysql", "mysqlbinlog", "mysqldump", "innochecksum", "restic"] as const;

export interface Lent {
	/** Folder with `mysqld`, `mysql`, `mysqlbinlog`, `mysqldump`, `innochecksum`, `restic` and `sysbench`, for the PATH. */
	readonly path: string;
	/** Words before the command that uses it. */
	readonly prefix: readonly string[];
}

/**
 * The image's root appears below `folder` for that command and what it starts, and nowhere else: where it lies is closed to the
 * account that mysqld runs as. The folder must be open to everybody.
 * @param root the runtime image's root file system
 */
export async function lendMysqld(root: string, folder: string): Promise<Lent> {
	const machine = machines[process.arch];
	if (machine === undefined) throw new Error(`there is no mysqld for ${process.arch}`);
	const [path, seen] = [join(folder, "mysqld"), join(folder, "root")];
	await mkdir(path);
	await mkdir(seen);
	const loader = [join(seen, machine.loader), "--library-path", join(seen, machine.libraries)].join(" ");
	const lend = (name: string, program: string, { own = "", env = "" } = {}) =>
		writeFile(join(path, name), `#!/bin/sh\n${env}exec ${loader} ${join(seen, program)} "$@"${own}\n`, { mode: 0o755 });
	// Debian's mysqld looks for its own files where the package puts them.
	await lend("mysqld", "usr/sbin/mysqld", {
		own: ` --basedir ${join(seen, "usr")} --plugin-dir ${join(seen, "usr/lib/mysql/plugin")}`,
	});
	// It has its scripts, and its library the plugins that log in, where the packages put them.
	const [scripts, plugins] = [join(seen, "usr/share/sysbench"), join(seen, machine.libraries, "libmariadb3/plugin")];
	const env = `export LUA_PATH='${scripts}/?.lua;;' MARIADB_PLUGIN_DIR=${plugins}\n`;
	await lend("sysbench", "usr/bin/sysbench", { env });
	for (const name of companions) await lend(name, `usr/bin/${name}`);
	const bind = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';
	return { path, prefix: ["unshare", "--mount", "--propagation", "private", "sh", "-c", bind, "sh", root, seen] };
}
