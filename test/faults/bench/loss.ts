/** Frames that are lost in one direction, some of them: by chance, or where there are too many. */
import type { Machine } from "./addresses.ts";
import { nft } from "./network.ts";

const table = "mysql_dr_loss";

/** Ends with `healNetwork`. @param percent of the frames */
export async function lose(from: Machine, to: Machine, percent: number): Promise<void> {
	await drop(from, to, `numgen random mod 100 < ${percent}`);
}

/** No more than this gets through: the rest is lost. Ends with `healNetwork`. */
export async function slow(from: Machine, to: Machine, kilobytesPerSecond: number): Promise<void> {
	await drop(from, to, `limit rate over ${kilobytesPerSecond} kbytes/second`);
}

async function drop(from: Machine, to: Machine, which: string): Promise<void> {
	const rule = `iifname "${from.port}" oifname "${to.port}" ${which} counter drop`;
	const script = [
		`add table bridge ${table}`,
		`add chain bridge ${table} losses { type filter hook forward priority 0; }`,
		`add rule bridge ${table} losses ${rule}`,
		"",
	].join("\n");
	await nft(["-f", "-"], script);
}
