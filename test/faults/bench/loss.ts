/** Frames that are lost by chance, in one direction: the rest of the way a bad cable goes before it is cut. */
import type { Machine } from "./addresses.ts";
import { nft } from "./network.ts";

const table = "mysql_dr_loss";

/** Ends with `healNetwork`. @param percent of the frames */
export async function lose(from: Machine, to: Machine, percent: number): Promise<void> {
	const rule = `iifname "${from.port}" oifname "${to.port}" numgen random mod 100 < ${percent} counter drop`;
	const script = [
		`add table bridge ${table}`,
		`add chain bridge ${table} losses { type filter hook forward priority 0; }`,
		`add rule bridge ${table} losses ${rule}`,
		"",
	].join("\n");
	await nft(["-f", "-"], script);
}
