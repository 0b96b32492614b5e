/** A real S3 server over a temporary folder: the program that the local site builds, or one on the PATH. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { CreateBucketCommand, HeadObjectCommand, type HeadObjectCommandOutput, S3Client } from "@aws-sdk/client-s3";
import { type S3Answer, type S3Request, type StoreCredentials, s3 } from "../../../local/site/s3.ts";
import { until } from "../../../local/site/waiting.ts";
import { silent } from "../../../local/step.ts";
import { entryFolder } from "../../../local/tools/cache.ts";
import { goEntry } from "../../../local/tools/go.ts";
import { findOnPath } from "../../../local/tools/onPath.ts";
import { clusterTools } from "../../../local/tools/recipes.ts";
import type { StoreSettings } from "../../../objectives/settings.ts";
import type { Bucket } from "../../../runtime/store/objectStore.ts";
import { s3Store } from "../../../runtime/store/s3Store.ts";
import { temporary } from "../temporary.ts";
import type { Opening, StoreServer } from "./storeServer.ts";

/** Undefined where it was never built: then there is nothing to test with. */
export async function versitygw(): Promise<string | undefined> {
	const tool = clusterTools.find(({ name }) => name === "versitygw");
	if (tool === undefined || findOnPath("go") === undefined) return findOnPath("versitygw");
	const built = join(await entryFolder(await goEntry(tool, silent)), "versitygw");
	return existsSync(built) ? built : findOnPath("versitygw");
}

export class Gateway implements StoreServer {
	readonly keys: StoreCredentials;
	readonly store: StoreSettings;
	readonly onceIsAtomic = false;
	readonly #program: string;
	readonly #folder: string;
	readonly #port: number;
	#process: ChildProcess | null = null;

	private constructor(program: string, port: number, name: string, owner: string) {
		this.keys = { accessKey: owner, secretKey: `${owner}: something of forty letters or so` };
		this.#program = program;
		this.#port = port;
		this.#folder = temporary(name);
		this.store = { name, kind: "s3", region: "local-1", bucket: "evidence", endpoint: `http://127.0.0.1:${port}` };
	}

	/** With an empty bucket. */
	static async up(program: string, name = "store-1", owner = "somebody"): Promise<Gateway> {
		const gateway = new Gateway(program, await freePort(), name, owner);
		await gateway.start();
		await gateway.s3({ method: "PUT", path: "/evidence" });
		return gateway;
	}

	/** With object lock, which S3 gives to new buckets alone, come versions. */
	async makeBucket(Bucket: string, { objectLock = false }: { readonly objectLock?: boolean }): Promise<void> {
		await this.client().send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: objectLock }));
	}

	head(Bucket: string, Key: string): Promise<HeadObjectCommandOutput> {
		return this.client().send(new HeadObjectCommand({ Bucket, Key }));
	}

	client(): S3Client {
		const { endpoint, region } = this.store;
		const credentials = { accessKeyId: this.keys.accessKey, secretAccessKey: this.keys.secretKey };
		return new S3Client({ endpoint: endpoint as string, region, credentials, forcePathStyle: true });
	}

	s3(asked: S3Request): Promise<S3Answer> {
		return s3(this.store.endpoint as string, this.store.region, this.keys, asked);
	}

	open({ settings, wrongKeys, ...options }: Opening = {}): Bucket {
		const keys = wrongKeys === undefined ? this.keys : { ...this.keys, secretKey: wrongKeys.secret };
		return s3Store({ store: { ...this.store, ...settings }, keys: async () => keys, ...options });
	}

	async start(): Promise<void> {
		const data = join(this.#folder, "data");
		const versions = join(this.#folder, "versions");
		await Promise.all([data, versions].map((folder) => mkdir(folder, { recursive: true })));
		const options = ["--port", `127.0.0.1:${this.#port}`, "--region", "local-1", "--quiet", "--health", "/health"];
		this.#process = spawn(this.#program, [...options, "posix", "--versioning-dir", versions, data], {
			stdio: "ignore",
			env: { ROOT_ACCESS_KEY: this.keys.accessKey, ROOT_SECRET_KEY: this.keys.secretKey, HOME: this.#folder },
		});
		await until("versitygw answers", 30, async () => (await fetch(`${this.store.endpoint}/health`)).ok);
	}

	async stop(): Promise<void> {
		const process = this.#process;
		if (process === null || process.exitCode !== null) return;
		await new Promise((resolve) => process.once("exit", resolve).kill("SIGKILL"));
		this.#process = null;
	}
}

export function freePort(): Promise<number> {
	return new Promise((resolve) => {
		const server = createServer().listen(0, "127.0.0.1", () => {
			const { port } = server.address() as { port: number };
			server.close(() => resolve(port));
		});
	});
}
