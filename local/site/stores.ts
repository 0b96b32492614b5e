/**
 * Two S3 stores that stand for two regions: one versitygw process and one folder each, on the address at which the site's
 * machines see this one. Their keys are in files that only the owner reads.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../objectives/error.ts";
import { joinCgroups } from "./cgroups.ts";
import type { Layout } from "./layout.ts";
import { listeners, portTaken } from "./ports.ts";
import { gone, markOf, type ProcessMark, running, signal, writeMark } from "./process.ts";
import { type S3Answer, type S3Request, type StoreCredentials, s3 } from "./s3.ts";
import { until } from "./waiting.ts";

export interface Store {
	readonly name: string;
	readonly region: string;
	readonly endpoint: string;
	readonly bucket: string;
	/** JSON: {accessKey, secretKey}. Mode 0600. */
	readonly credentialsFile: string;
}

interface StorePlace extends Store {
	readonly folder: string;
	readonly address: string;
	readonly port: number;
	readonly pidFile: string;
}

const firstPort = 7071;

/** The site's stores, whether they run or not. */
export function storesOf(state: string, layout: Layout, regions: readonly string[]): StorePlace[] {
	return regions.map((region, index) => {
		const name = `store-${index + 1}`;
		const folder = join(state, "stores", name);
		const port = firstPort + index;
		return {
			name,
			region,
			endpoint: `http://${layout.hostAddress}:${port}`,
			bucket: `mysql-dr-${layout.site}-${region}`,
			credentialsFile: join(folder, "credentials.json"),
			folder,
			address: layout.hostAddress,
			port,
			pidFile: join(folder, "pid"),
		};
	});
}

/** What others may know of a store. */
export function publicStore(store: Store): Store {
	const { name, region, endpoint, bucket, credentialsFile } = store;
	return { name, region, endpoint, bucket, credentialsFile };
}

/** Throws a UserError for every port that another program has. Before anything is started: nothing listens there yet. */
export function refuseTakenPorts(stores: readonly StorePlace[]): void {
	const taken = stores.filter((store) => !running(store.pidFile) && portTaken(listeners(), store.address, store.port));
	const [first, ...rest] = taken.map(
		({ name, address, port }) =>
			new UserError({
				field: `stores.${name}`,
				value: `${address}:${port}`,
				wrong: `port ${port} is taken on ${address} (or on every address) by another program`,
				remedy: `end that program (\`ss -ltnp sport = :${port}\` shows it), then go on with \`up\``,
			}),
	);
	if (first) throw UserError.of([first, ...rest]);
}

/** Starts what does not run, and completes what an interrupted start left. */
export async function startStore(store: StorePlace, cgroup: string, program: string): Promise<void> {
	for (const part of ["data", "versions"]) await mkdir(join(store.folder, part), { recursive: true, mode: 0o700 });
	const credentials = await ensureCredentials(store);
	if (!running(store.pidFile)) {
		const mark = await spawnStore(store, program, credentials);
		await joinCgroups(cgroup, "stores", mark.pid);
	}
	await until(`${store.name} answers at ${store.endpoint}`, 20, async () => answersOrEnded(store));
	if (!running(store.pidFile)) throw new Error(`${store.name} ended, see ${join(store.folder, "log")}`);
	await ensureBucket(store, credentials);
}

async function answersOrEnded({ endpoint, pidFile }: StorePlace): Promise<boolean> {
	if (!running(pidFile)) return true;
	const answer = await fetch(`${endpoint}/health`, { signal: AbortSignal.timeout(1000) });
	return answer.ok;
}

export async function stopStore(store: StorePlace): Promise<void> {
	const mark = running(store.pidFile);
	if (!mark) return;
	signal(mark, "SIGTERM");
	if (await gone(mark, 10)) return;
	signal(mark, "SIGKILL");
	await gone(mark, 5);
}

export function storeProcess(store: StorePlace): ProcessMark | undefined {
	return running(store.pidFile);
}

async function ensureCredentials({ credentialsFile }: Store): Promise<StoreCredentials> {
	const present = await readFile(credentialsFile, "utf8").catch(() => undefined);
	if (present) return JSON.parse(present);
	const made: StoreCredentials = {
		accessKey: randomBytes(10).toString("hex"),
		secretKey: randomBytes(20).toString("hex"),
	};
	await writeFile(credentialsFile, `${JSON.stringify(made)}\n`, { mode: 0o600 });
	return made;
}

/** The keys go by the environment: everybody may read a command line. */
async function spawnStore(store: StorePlace, program: string, credentials: StoreCredentials): Promise<ProcessMark> {
	const log = await open(join(store.folder, "log"), "a");
	const options = ["--port", `${store.address}:${store.port}`, "--region", store.region];
	const backend = ["posix", "--versioning-dir", join(store.folder, "versions")];
	const child = spawn(program, [...options, "--quiet", "--health", "/health", ...backend, join(store.folder, "data")], {
		detached: true,
		stdio: ["ignore", log.fd, log.fd],
		cwd: "/",
		env: {
			ROOT_ACCESS_KEY: credentials.accessKey,
			ROOT_SECRET_KEY: credentials.secretKey,
			HOME: store.folder,
			PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
		},
	});
	child.on("error", () => {}); // told by the missing answer
	await log.close();
	const mark = child.pid === undefined ? undefined : markOf(child.pid);
	if (!mark) throw new Error(`${store.name} did not start`);
	await writeMark(store.pidFile, mark);
	child.unref();
	return mark;
}

/** A bucket with versioning: what is overwritten or deleted is kept. */
async function ensureBucket(store: Store, credentials: StoreCredentials): Promise<void> {
	const ask = (request: S3Request) => s3(store.endpoint, store.region, credentials, request);
	const path = `/${store.bucket}`;
	if ((await ask({ method: "HEAD", path })).status !== 200)
		expectOk(await ask({ method: "PUT", path }), `bucket ${store.bucket}`);
	const body = `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>`;
	expectOk(await ask({ method: "PUT", path, query: "versioning", body }), `versioning of ${store.bucket}`);
}

function expectOk({ status, text }: S3Answer, what: string): void {
	if (status < 200 || status > 299) throw new Error(`${what}: the store answers ${status} ${text.slice(0, 200)}`);
}
