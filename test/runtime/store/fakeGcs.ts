/** A server that answers as Google Cloud Storage does, over a temporary folder: the program that `npm test` builds. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../../../local/site/waiting.ts";
import { silent } from "../../../local/step.ts";
import { entryFolder } from "../../../local/tools/cache.ts";
import { goEntry } from "../../../local/tools/go.ts";
import { findOnPath } from "../../../local/tools/onPath.ts";
import { fakeGcsServer } from "../../../local/tools/recipes.ts";
import type { StoreSettings } from "../../../objectives/settings.ts";
import { gcsStore } from "../../../runtime/store/gcsStore.ts";
import type { Bucket } from "../../../runtime/store/objectStore.ts";
import { temporary } from "../temporary.ts";
import type { Opening, StoreServer } from "./storeServer.ts";
import { freePort } from "./versitygw.ts";

/** Undefined where it was never built. */
export async function fakeGcs(): Promise<string | undefined> {
	if (findOnPath("go") === undefined) return findOnPath(fakeGcsServer.name);
	const built = join(await entryFolder(await goEntry(fakeGcsServer, silent)), fakeGcsServer.name);
	return existsSync(built) ? built : findOnPath(fakeGcsServer.name);
}

export interface GcsServerOptions {
	readonly name?: string;
	/** In memory it keeps versions, and nothing when it is stopped. Default: filesystem. */
	readonly backend?: "filesystem" | "memory";
}

export class GcsServer implements StoreServer {
	readonly store: StoreSettings;
	readonly onceIsAtomic = true;
	readonly #program: string;
	readonly #folder: string;
	readonly #port: number;
	readonly #backend: string;
	#process: ChildProcess | null = null;

	private constructor(program: string, port: number, { name, backend }: Required<GcsServerOptions>) {
		this.#backend = backend;
		this.#program = program;
		this.#port = port;
		this.#folder = temporary(name);
		this.store = { name, kind: "gcs", region: "local-2", bucket: "evidence", endpoint: `http://127.0.0.1:${port}` };
	}

	/** With an empty bucket. */
	static async up(program: string, options: GcsServerOptions = {}): Promise<GcsServer> {
		const { name = "store-2", backend = "filesystem" } = options;
		const server = new GcsServer(program, await freePort(), { name, backend });
		await mkdir(join(server.#folder, "root"));
		await server.start();
		await server.makeBucket({ name: "evidence" });
		return server;
	}

	async makeBucket(bucket: { readonly name: string; readonly versioning?: { readonly enabled: boolean } }) {
		const body = JSON.stringify(bucket);
		const asked = { method: "POST", body, headers: { "content-type": "application/json" } };
		const { status } = await fetch(`${this.store.endpoint}/storage/v1/b?project=test`, asked);
		if (status !== 200) throw new Error(`fake-gcs-server makes no bucket: ${status}`);
	}

	open({ settings, wrongKeys, ...options }: Opening = {}): Bucket {
		const wrong = wrongKeys && {
			credentials: JSON.stringify({
				type: "service_account",
				client_email: "somebody@nowhere",
				private_key: `-----BEGIN PRIVATE KEY-----\n${wrongKeys.secret}\n-----END PRIVATE KEY-----\n`,
			}),
		};
		const keys = wrong === undefined ? null : async () => wrong;
		return gcsStore({ store: { ...this.store, ...settings }, keys, ...options });
	}

	async start(): Promise<void> {
		const place = ["-scheme", "http", "-host", "127.0.0.1", "-port", String(this.#port)];
		const kept = ["-backend", this.#backend, "-filesystem-root", join(this.#folder, "root"), "-log-level", "error"];
		// It shows an object's contents only to who asks under its public name.
		const name = ["-public-host", `127.0.0.1:${this.#port}`, "-external-url", `${this.store.endpoint}`];
		this.#process = spawn(this.#program, [...place, ...kept, ...name], {
			stdio: "ignore",
			env: { HOME: this.#folder, TMPDIR: this.#folder },
		});
		await until("fake-gcs-server answers", 30, async () => {
			return (await fetch(`${this.store.endpoint}/_internal/healthcheck`)).ok;
		});
	}

	async stop(): Promise<void> {
		const process = this.#process;
		if (process === null || process.exitCode !== null) return;
		await new Promise((resolve) => process.once("exit", resolve).kill("SIGKILL"));
		this.#process = null;
	}
}
