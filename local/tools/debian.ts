/** Root file systems from Debian's packages, with the mirror and the proxy that this machine's apt uses. */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../objectives/error.ts";
import type { Progress } from "../step.ts";
import { type AptSourceFile, debianMirror } from "./debianSources.ts";
import { findOnPath } from "./onPath.ts";
import { run } from "./run.ts";

/** MySQL 9.7, containerd 2.1 and runc 1.3 together are in this suite only. */
export const suite = "sid";

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Commands of the machine itself and the packages that bring them. */
export const hostPackages: Readonly<Record<string, string>> = {
	mmdebstrap: "mmdebstrap",
	"mkfs.btrfs": "btrfs-progs",
	nft: "nftables",
	ip: "iproute2",
	unshare: "util-linux",
};

/** Installs what the machine lacks by apt; says what to install where there is no apt. */
export async function ensureHostPackages(progress: Progress): Promise<void> {
	const missing = missingHostPackages();
	if (missing.length === 0) return;
	if (findOnPath("apt-get") === undefined) {
		throw new UserError({
			field: "machine",
			value: missing,
			wrong: `${missing.join(", ")} are missing and there is no apt-get`,
			remedy: "install them with this machine's package manager",
		});
	}
	await progress.step(`install ${missing.join(", ")}`, async () => {
		const install = ["install", "-y", "-q", "--no-install-recommends", ...missing];
		const { code } = await run("apt-get", install, {
			env: quietApt,
			accept: [0, 100],
		});
		if (code === 0) return;
		// Empty or old package lists.
		await run("apt-get", ["update", "-q"], { env: quietApt });
		await run("apt-get", install, { env: quietApt });
	});
}

export function missingHostPackages(): string[] {
	return Object.entries(hostPackages)
		.filter(([command]) => findOnPath(command, `${process.env.PATH}:/usr/sbin:/sbin`) === undefined)
		.map(([, name]) => name);
}

const quietApt = { DEBIAN_FRONTEND: "noninteractive" };

/** Fills the folder with a minimal Debian and these packages, and writes the list of what was installed beside it. */
export async function bootstrap(folder: string, packages: readonly string[], progress: Progress): Promise<void> {
	await ensureHostPackages(progress);
	const source = `deb [check-valid-until=no] ${await mirror()} ${suite} main`;
	const settings = `${folder}.apt`;
	await writeFile(settings, await aptSettings());
	const options = [
		"--verbose",
		"--variant=minbase",
		"--mode=root",
		`--keyring=${keyring}`,
		`--aptopt=${settings}`,
		...excludedPaths.map((path) => `--dpkgopt=path-exclude=${path}`),
		...(packages.length > 0 ? [`--include=${packages.join(",")}`] : []),
		// The machine's proxy is no part of what is made.
		'--customize-hook=rm -f "$1/etc/apt/apt.conf.d/99mmdebstrap"',
	];
	try {
		// In mounts of its own: whatever ends it, nothing of ours stays mounted in the half-made folder.
		await run("unshare", ["--mount", "mmdebstrap", ...options, suite, folder, source], {
			onLine: (line) => showApt(line, progress),
		});
	} finally {
		await rm(settings, { force: true });
	}
	await recordPackages(folder);
}

/** What apt says it is doing, as how far the step is. */
export function showApt(line: string, progress: Progress): void {
	const [, done, name] = /^(?:Get:\d+ \S+ \S+ \S+|(Setting up|Unpacking)) (\S+)/.exec(line) ?? [];
	if (name) progress.far(`${done ? "installing" : "downloading"} ${name}`);
}

const excludedPaths = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*"];

/** What is in a root file system, and of when: beside it, as `<folder>.packages.txt`. */
export async function recordPackages(root: string): Promise<void> {
	const { stdout } = await run("chroot", [root, "dpkg-query", "-W"]);
	await writeFile(`${root}.packages.txt`, `# ${suite}, ${new Date().toISOString()}\n${stdout}`);
}

/** How this machine's apt reaches its mirrors, and that sid's Release file may be past its date. */
export async function aptSettings(): Promise<string> {
	const dated = 'Acquire::Check-Valid-Until "false";\nAPT::Install-Recommends "false";\n';
	if (findOnPath("apt-config") === undefined) return dated;
	const { stdout } = await run("apt-config", ["dump", "--no-empty", "--format", '%f "%v";%n', "Acquire"]);
	const own = stdout.split("\n").filter((line) => /^Acquire::(https?::|Retries)/.test(line));
	return `${dated}${own.join("\n")}\n`;
}

/** `$MYSQL_DR_DEBIAN_MIRROR`, else what this machine's apt uses. */
export async function mirror(): Promise<string> {
	const own = process.env.MYSQL_DR_DEBIAN_MIRROR ?? debianMirror(await aptSources());
	if (own) return own;
	throw new UserError({
		field: "MYSQL_DR_DEBIAN_MIRROR",
		value: undefined,
		wrong: "this machine's apt sources name no Debian mirror",
		remedy: "set it to the address of one (and install the package debian-archive-keyring)",
	});
}

async function aptSources(): Promise<AptSourceFile[]> {
	const folder = "/etc/apt/sources.list.d";
	const more = await readdir(folder).catch(() => []);
	const names = ["/etc/apt/sources.list", ...more.sort().map((name) => join(folder, name))];
	const files = names
		.filter((name) => /\.(list|sources)$/.test(name))
		.map(async (name) => ({
			name,
			text: await readFile(name, "utf8").catch(() => ""),
		}));
	return Promise.all(files);
}
