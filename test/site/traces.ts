/** What a site could leave on the machine, in words; of one slot only, since other sites may run beside. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** Everything that belongs to the slot or to the state folder and is there now. */
export function traces(slot: number, state: string): string[] {
	const own = new RegExp(`^mdr${slot}(-|@|$)`);
	return [...lines("ip", ["-oneline", "link"]).map((line) => line.split(": ")[1] ?? ""), ...list("/run/netns")]
		.filter((name) => own.test(name))
		.concat(
			lines("ip", ["route"]).filter((line) => line.includes(`dev mdr${slot}`)),
			readFileSync("/proc/self/mounts", "utf8")
				.split("\n")
				.filter((line) => line.includes(state)),
			list("/sys/fs/cgroup")
				.map((root) => join("/sys/fs/cgroup", root, "mysql-dr", String(slot)))
				.filter((path) => existsSync(path)),
			loopDevices(state),
			processes(state),
		);
}

/** By inode: the path behind a loop device is the one that the zone's own namespace saw. */
function loopDevices(state: string): string[] {
	const disks = list(join(state, "machines"))
		.map((machine) => join(state, "machines", machine, "disk", "disk.img"))
		.filter((disk) => existsSync(disk));
	return disks.flatMap((disk) => lines("losetup", ["--associated", disk]));
}

/** Processes whose command line or working folder names the state folder. */
function processes(state: string): string[] {
	return list("/proc")
		.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
		.filter((pid) => mentions(pid, state))
		.map((pid) => `process ${pid}`);
}

function mentions(pid: string, state: string): boolean {
	try {
		return (
			readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(state) || readlinkSync(`/proc/${pid}/cwd`).startsWith(state)
		);
	} catch {
		return false; // it ended
	}
}

function lines(command: string, args: readonly string[]): string[] {
	return execFileSync(command, args)
		.toString()
		.split("\n")
		.filter((line) => line !== "");
}

function list(folder: string): string[] {
	return existsSync(folder) ? readdirSync(folder) : [];
}
