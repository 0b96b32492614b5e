/** Processes that outlive the command that started them are known by number and start time: numbers alone are reused. */
import { readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { until } from "./waiting.ts";

export interface ProcessMark {
	readonly pid: number;
	/** Field 22 of /proc/PID/stat: clock ticks from boot to its start. */
	readonly start: string;
}

/** The fields of /proc/PID/stat after the name, which itself may hold blanks and brackets. */
export function parseStat(text: string): { state: string; start: string } | undefined {
	const fields = text
		.slice(text.lastIndexOf(")") + 2)
		.trim()
		.split(" ");
	const [state, start] = [fields[0], fields[19]];
	return state && start ? { state, start } : undefined;
}

export function parseMark(text: string): ProcessMark | undefined {
	const match = /^(\d+) (\d+)\s*$/.exec(text);
	return match?.[1] && match[2] ? { pid: Number(match[1]), start: match[2] } : undefined;
}

/** This or another process as it is now; undefined if there is none. */
export function markOf(pid: number): ProcessMark | undefined {
	const stat = readStat(pid);
	return stat && { pid, start: stat.start };
}

/** Whether that very process still runs. One that is dead but not yet reaped does not. */
export function runs(mark: ProcessMark): boolean {
	const stat = readStat(mark.pid);
	return stat?.start === mark.start && stat.state !== "Z";
}

/** The process that a pid file speaks of, if that very process still runs. */
export function running(pidFile: string): ProcessMark | undefined {
	const mark = parseMark(readText(pidFile));
	return mark && runs(mark) ? mark : undefined;
}

export async function writeMark(pidFile: string, mark: ProcessMark): Promise<void> {
	await writeFile(`${pidFile}.new`, `${mark.pid} ${mark.start}\n`);
	await rename(`${pidFile}.new`, pidFile);
}

/** Signals that very process; says whether it was there to be signalled. */
export function signal(mark: ProcessMark, name: NodeJS.Signals): boolean {
	if (!runs(mark)) return false;
	try {
		return process.kill(mark.pid, name);
	} catch {
		return false; // it ended in between
	}
}

/** Waits until the process is gone; false after the time is over. */
export async function gone(mark: ProcessMark, seconds: number): Promise<boolean> {
	try {
		await until(`process ${mark.pid} ends`, seconds, async () => !runs(mark), {
			every: 20,
		});
		return true;
	} catch {
		return false;
	}
}

function readStat(pid: number) {
	return parseStat(readText(`/proc/${pid}/stat`));
}

function readText(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return "";
	}
}
