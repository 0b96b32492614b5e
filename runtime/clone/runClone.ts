/** `mysql-dr job clone`: a clone's server in its pod, from its first start to its end. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { parseSettings } from "../../objectives/settings.ts";
import { jobLog } from "../commands/jobLine.ts";
import { FailedError } from "../exit.ts";
import { jobPaths } from "../instance/jobPlace.ts";
import { dataFolder } from "../instance/place.ts";
import { readPassword } from "../instance/readPasswords.ts";
import { openSession } from "../mysql/session.ts";
import { givenSnapshot } from "../restore/base.ts";
import { cloneFolder, servingFile } from "./clonePlace.ts";
import { type CloneWork, type Prepared, prepareClone, serveClone } from "./cloneServer.ts";

export interface CloneRequest {
	/** What the pod's volume was made from, as {@link givenSnapshot} reads it. */
	readonly snapshot: string;
	readonly keepAccounts?: boolean;
	readonly events?: boolean;
}

/** What it says when it answers queries. */
export interface CloneServing extends Prepared {
	/** From the start of this process to the first answer, over the network and with the clone's own password. */
	readonly seconds: number;
}

const port = 3306;
const firstQueryMs = 30_000;
/** Less than the pod is given. */
const stopMs = 45_000;

/** SIGTERM ends it cleanly. @throws FailedError when its server ends by itself: the kubelet starts it again */
export async function runClone(request: CloneRequest): Promise<void> {
	const log = jobLog((line) => process.stdout.write(line));
	const stop = new AbortController();
	for (const name of ["SIGTERM", "SIGINT"] as const) {
		process.once(name, () => stop.abort(new Error(`ended by ${name}`)));
	}
	try {
		await serve(await workOf(request, log.progress, stop.signal), stop.signal, log.result);
	} catch (error) {
		log.error(error);
		throw error;
	}
}

async function serve(work: CloneWork, signal: AbortSignal, say: (serving: CloneServing) => void): Promise<void> {
	await rm(servingFile, { force: true });
	const prepared = await prepareClone(work);
	work.report({ step: "opening it" });
	const server = await serveClone(work);
	const ended = server.ended(longestTimer).then(
		() => "ended" as const,
		() => "ended" as const,
	);
	await firstQuery(work);
	await writeFile(servingFile, "");
	say({ ...prepared, seconds: process.uptime() });
	const first = await Promise.race([ended, aborted(signal)]);
	await rm(servingFile, { force: true });
	if (first === "ended") throw new FailedError("the clone's server ended by itself");
	await server.stop(stopMs);
}

/** As long as a timer can be. */
const longestTimer = 2 ** 31 - 1;

function aborted(signal: AbortSignal): Promise<"told"> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve("told");
		signal.addEventListener("abort", () => resolve("told"), { once: true });
	});
}

async function firstQuery({ accounts, network }: CloneWork): Promise<void> {
	const ca = await readFile(`${network.tlsFolder}/ca.crt`, "utf8");
	const target = { name: "clone", address: "127.0.0.1", port: network.port, identity: "localhost" };
	const session = await openSession(target, { user: "app", password: accounts.passwords.app, ca }, firstQueryMs);
	await session.run("SELECT 1", firstQueryMs);
	session.close();
}

async function workOf(request: CloneRequest, report: CloneWork["report"], signal: AbortSignal): Promise<CloneWork> {
	const settings = parseSettings(await readFile(jobPaths.settings, "utf8"));
	const [root, app] = await Promise.all([
		readPassword(jobPaths.credentials, "root"),
		readPassword(jobPaths.credentials, "app"),
	]);
	return {
		folder: cloneFolder,
		source: { snapshot: givenSnapshot(request.snapshot), data: dataFolder(jobPaths) },
		memory: settings.memory,
		accounts: { passwords: { root, app }, schema: settings.schema, keep: request.keepAccounts === true },
		events: request.events === true,
		network: { port, tlsFolder: jobPaths.tls },
		report,
		signal,
	};
}
