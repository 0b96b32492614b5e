/** What a site takes of the machine's memory. */
import { readdir, readFile, readlink } from "node:fs/promises";
import { podsMemory } from "./cgroups.ts";
import type { Layout, Machine } from "./layout.ts";
import { machineProcess } from "./machine.ts";

/** Bytes. */
export interface MachineMemory {
	/** The machine's own processes, shared pages by fair share (PSS). */
	readonly daemons: number;
	/** Its pods, without page cache. */
	readonly pods: number;
}

export async function machineMemory(state: string, layout: Layout, machine: Machine): Promise<MachineMemory> {
	const mark = machineProcess(state, machine);
	if (!mark) return { daemons: 0, pods: 0 };
	const processes = await processesLike(mark.pid);
	const shares = await Promise.all(processes.map(fairShare));
	return {
		daemons: shares.reduce((sum, share) => sum + share, 0),
		pods: podsMemory(layout.cgroup, machine.name),
	};
}

/** Bytes of a process, shared pages divided among their users; 0 if it is gone. */
export async function fairShare(pid: number): Promise<number> {
	const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
	return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
}

/** Processes in the same PID namespace. Pods have namespaces of their own and are counted by their cgroup. */
async function processesLike(pid: number): Promise<number[]> {
	const own = await namespaceOf(pid);
	const all = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
	const namespaces = await Promise.all(all.map(namespaceOf));
	return all.filter((_, index) => own !== "" && namespaces[index] === own);
}

async function namespaceOf(pid: number): Promise<string> {
	return readlink(`/proc/${pid}/ns/pid`).catch(() => "");
}
