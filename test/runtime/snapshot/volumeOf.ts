/** The volume of an instance as a snapshot holds it: its data directory as a kill left it, at that very moment. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type RealMysqld, until } from "../realMysqld.ts";
import { temporary } from "../temporary.ts";

export interface SnapshotVolume {
	/** What a pod would see of it. */
	readonly folder: string;
	readonly data: string;
	/** All that the instance held. */
	readonly gtidExecuted: string;
}

/** The instance is killed, copied and started again; whatever it was about to do it does then. */
export async function snapshotOfVolume(server: RealMysqld): Promise<SnapshotVolume> {
	const gtidExecuted = await server.value("@@GLOBAL.gtid_executed");
	await server.kill();
	const folder = temporary("volume");
	const data = join(folder, "data");
	execFileSync("cp", ["-a", "--sparse=always", server.data, data]);
	await server.start();
	await until("it answers again", async () => (await server.value("1")) === "1");
	return { folder, data, gtidExecuted };
}

/** Another volume made from the same snapshot. */
export function volumeFrom({ data, gtidExecuted }: SnapshotVolume): SnapshotVolume {
	const folder = temporary("volume");
	execFileSync("cp", ["-a", "--sparse=always", data, join(folder, "data")]);
	return { folder, data: join(folder, "data"), gtidExecuted };
}
