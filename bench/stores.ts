/** A store over versitygw, as backups and the archive use one. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { s3 } from "../local/site/s3.ts";
import { until } from "../local/site/waiting.ts";
import { silent } from "../local/step.ts";
import { entryFolder } from "../local/tools/cache.ts";
import { goEntry } from "../local/tools/go.ts";
import { findOnPath } from "../local/tools/onPath.ts";
import { clusterTools } from "../local/tools/recipes.ts";
import type { BackupStore } from "../runtime/backup/backupStore.ts";
import { resticAccess } from "../runtime/store/resticRepository.ts";
import { s3Store } from "../runtime/store/s3Store.ts";

export interface BenchStore extends BackupStore {
	stop(): void;
}

/** @throws Error where the server was never built */
export async function benchStore(folder: string, cluster: string, name = "store-1"): Promise<BenchStore> {
	const program = await versitygw();
	const port = await freePort();
	const keys = { accessKey: "bench", secretKey: randomBytes(20).toString("hex") };
	const [endpoint, region, bucket] = [`http://127.0.0.1:${port}`, "local-1", "bench"];
	const [data, versions] = [join(folder, "bucket"), join(folder, "versions")];
	for (const path of [data, versions]) await mkdir(path, { recursive: true });
	const options = ["--port", `127.0.0.1:${port}`, "--region", region, "--quiet", "--health", "/health"];
	const server: ChildProcess = spawn(program, [...options, "posix", "--versioning-dir", versions, data], {
		stdio: "ignore",
		env: { ROOT_ACCESS_KEY: keys.accessKey, ROOT_SECRET_KEY: keys.secretKey, HOME: folder },
	});
	await until("versitygw answers", 60, async () => (await fetch(`${endpoint}/health`)).ok);
	await s3(endpoint, region, keys, { method: "PUT", path: `/${bucket}` });
	const store = { name, kind: "s3", region, bucket, endpoint } as const;
	const { repository, environment, options: more } = resticAccess({ store, cluster, keys, folder });
	return {
		objects: s3Store({ store, keys: async () => keys }),
		repository: { name: store.name, repository, environment, options: more },
		stop: () => void server.kill("SIGKILL"),
	};
}

async function versitygw(): Promise<string> {
	const tool = clusterTools.find(({ name }) => name === "versitygw");
	const onPath = findOnPath("versitygw");
	if (onPath !== undefined) return onPath;
	const built = tool === undefined ? "" : join(await entryFolder(await goEntry(tool, silent)), "versitygw");
	if (existsSync(built)) return built;
	throw new Error("versitygw was never built here: npm run up builds it");
}

function freePort(): Promise<number> {
	return new Promise((resolve) => {
		const server = createServer().listen(0, "127.0.0.1", () => {
			const { port } = server.address() as { port: number };
			server.close(() => resolve(port));
		});
	});
}
