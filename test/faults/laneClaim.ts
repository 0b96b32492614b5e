/**
 * A lane belongs to one process at a time, whoever started it: two runs on one machine take different ones. The claim is a
 * socket's name in the kernel, which goes with the process however that ends.
 */
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer } from "node:net";
import { addressesOf, lanes } from "./bench/addresses.ts";
import { everythingDown } from "./bench/bench.ts";

/** @returns what gives the lane back; null when somebody else has it. */
export async function claim(lane: number): Promise<(() => Promise<void>) | null> {
	const server = createServer();
	server.listen(`\0mysql-dr-faults-lane-${lane}`);
	try {
		await once(server, "listening");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return null;
		throw error;
	}
	server.unref();
	return async () => {
		server.close();
		await once(server, "close");
	};
}

/** Takes away what runs that were killed have left on lanes that are nobody's now. */
export async function sweep(): Promise<void> {
	const namespaces = await readdir("/run/netns").catch(() => []);
	for (let lane = 0; lane < lanes; lane += 1) {
		const addresses = addressesOf(lane);
		if (!namespaces.some((name) => name.startsWith(`${addresses.prefix}-`))) continue;
		const release = await claim(lane);
		if (release === null) continue;
		await everythingDown(addresses).finally(release);
	}
}
