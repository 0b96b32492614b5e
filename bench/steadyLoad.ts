/** sysbench that writes until it is told to end, and says each second how it fares. */
import { execa } from "execa";
import { sysbenchArgs } from "./source.ts";

/** One second, as sysbench reports it. */
export interface LoadSecond {
	/** `performance.now()` at its end. */
	readonly at: number;
	readonly transactions: number;
	/** Milliseconds, the 95th percentile. */
	readonly p95: number;
}

export interface SteadyLoad {
	readonly seconds: readonly LoadSecond[];
	/** Resolves when it has ended. @throws when it did not end because it was told to */
	end(): Promise<void>;
}

const line = /tps: ([\d.]+).* lat \(ms,95%\): ([\d.]+)/;

/** @param rate transactions a second; null for as many as there come */
export function steadyLoad(socket: string, gigabytes: number, rate: number | null): SteadyLoad {
	const seconds: LoadSecond[] = [];
	const limits = ["--time=0", "--events=0", "--threads=8", "--report-interval=1"];
	const args = sysbenchArgs(socket, "run", gigabytes, rate === null ? limits : [...limits, `--rate=${rate}`]);
	const running = execa("sysbench", args, { reject: false, buffer: { stdout: false } });
	const reading = (async () => {
		for await (const said of running) {
			const [, tps, p95] = line.exec(said) ?? [];
			if (tps !== undefined) seconds.push({ at: performance.now(), transactions: Number(tps), p95: Number(p95) });
		}
	})().catch(() => {});
	let told = false;
	return {
		seconds,
		async end() {
			told = running.exitCode === null || running.exitCode === undefined;
			running.kill();
			await reading;
			const { stderr } = await running;
			if (!told) throw new Error(`sysbench ended by itself: ${stderr}`);
		},
	};
}
