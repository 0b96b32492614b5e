/** mysqld of the runtime image, lent to tests that run it as a program of this machine. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Debian's names of the dynamic loader and of the folder with its libraries. */
const machines: Readonly<Record<string, { readonly loader: string; readonly libraries: string }>> = {
	x64: { loader: "lib64/ld-linux-x86-64.so.2", libraries: "usr/lib/x86_64-linux-gnu" },
	arm64: { loader: "lib/ld-linux-aarch64.so.1", libraries: "usr/lib/aarch64-linux-gnu" },
};

export interface Lent {
	/** Folder with a `mysqld`, to be put into the PATH. */
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
	// Debian's mysqld looks for its own files where the package puts them.
	const own = ["--basedir", join(seen, "usr"), "--plugin-dir", join(seen, "usr/lib/mysql/plugin")];
	const loader = [join(seen, machine.loader), "--library-path", join(seen, machine.libraries)];
	const script = `#!/bin/sh\nexec ${loader.join(" ")} ${join(seen, "usr/sbin/mysqld")} "$@" ${own.join(" ")}\n`;
	await writeFile(join(path, "mysqld"), script, { mode: 0o755 });
	const bind = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';
	return { path, prefix: ["unshare", "--mount", "--propagation", "private", "sh", "-c", bind, "sh", root, seen] };
}
