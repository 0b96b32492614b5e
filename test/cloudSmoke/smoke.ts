/** `npm run cloud:smoke`: stores made in a real account, tried, and thrown away, also where something fails in between. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Engine } from "../../local/engine/engine.ts";
import { type Stack, withStack } from "../../local/engine/stack.ts";
import type { Progress } from "../../local/step.ts";
import type { StoreSettings } from "../../objectives/settings.ts";
import type { Bucket } from "../../runtime/store/objectStore.ts";
import { type SmokeRow, smokeKey, tryStores } from "./checks.ts";
import { orderEnv, type SmokeOrder, smokeStores } from "./order.ts";

/** The edges: what a test puts in their place are real parts, too, of this machine. */
export interface SmokeEdges {
	readonly engine: Engine;
	/** Of the engine's state: it stays as long as anything is left in the cloud. */
	readonly folder: string;
	/** Of the engine, besides its own. */
	readonly env?: Readonly<Record<string, string>>;
	readonly open: (settings: StoreSettings) => Promise<Bucket>;
	/** Takes the lock from an object that the cloud would not delete otherwise; not needed in AWS. */
	readonly unlock: (settings: StoreSettings, key: string) => Promise<void>;
	readonly progress: Progress;
}

/** How long replication is waited for: what S3 promises with time control, and as long again. Seconds. */
const patience = 1800;

const program = join(import.meta.dirname, "program");

/**
 * @returns what was tried
 * @throws what went wrong in making, or in throwing away: then it says what to do
 */
export function smoke(order: SmokeOrder, edges: SmokeEdges, withinSeconds: number = patience): Promise<SmokeRow[]> {
	const { progress } = edges;
	return onStack(order, edges, async (stack) => {
		try {
			await progress.step("make the stores", () => stack.pulumi("up", {}));
			return await progress.step("try them", () => trial(order, edges, withinSeconds));
		} finally {
			// Also after Ctrl-C: what is left there costs money.
			await progress.step("throw them away", () => throwAway(order, edges, stack));
		}
	});
}

/** Throws away what an earlier run could not. */
export function cleanUp(order: SmokeOrder, edges: SmokeEdges): Promise<void> {
	return onStack(order, edges, (stack) => throwAway(order, edges, stack));
}

/** The stack's folder goes with what it knows of: as long as anything is left in the cloud, it stays. */
async function onStack<T>(order: SmokeOrder, edges: SmokeEdges, work: (stack: Throwable) => Promise<T>): Promise<T> {
	const { engine, folder, progress } = edges;
	const place = { stack: "smoke", file: "prod", folder };
	let gone = false;
	try {
		return await withStack(place, engine, progress, (stack) =>
			work({
				pulumi: pulumiOf(stack, order, edges),
				gone: () => {
					gone = true;
				},
			}),
		);
	} finally {
		if (gone) await rm(folder, { recursive: true, force: true });
	}
}

interface Throwable {
	readonly pulumi: Pulumi;
	/** Says that nothing is left. */
	readonly gone: () => void;
}

type Pulumi = (command: "up" | "destroy", options: { readonly lastWork?: boolean }) => Promise<void>;

function pulumiOf(stack: Stack, order: SmokeOrder, { env, progress }: SmokeEdges): Pulumi {
	return async (command, options) => {
		const args = [command, "--yes", "--skip-preview", "--non-interactive", "--suppress-outputs", "--color", "never"];
		const onLine = (line: string) => progress.far(line.trim());
		await stack.pulumi(args, { ...options, cwd: program, env: { ...env, ...orderEnv(order) }, onLine });
	};
}

async function trial(order: SmokeOrder, { open, progress }: SmokeEdges, withinSeconds: number): Promise<SmokeRow[]> {
	const [near, far] = await Promise.all(
		smokeStores(order).map(async (settings) => ({ settings, bucket: await open(settings) })),
	);
	if (!near || !far) throw new RangeError("there are two stores");
	const rows = await tryStores(near, far, withinSeconds);
	for (const { what, held, detail } of rows)
		progress.note(`${held ? "ok" : "FAILED"}  ${what}${detail && `: ${detail}`}`);
	return rows;
}

async function throwAway(order: SmokeOrder, { folder, unlock, progress }: SmokeEdges, stack: Throwable): Promise<void> {
	for (const settings of smokeStores(order))
		await unlock(settings, smokeKey).catch((error: Error) => progress.note(`${settings.bucket}: ${error.message}`));
	try {
		await stack.pulumi("destroy", { lastWork: true });
		stack.gone();
	} catch (error) {
		const remedy = `it still costs money: try again with --clean ${order.name}, or delete what is called ${order.name} by hand`;
		throw new Error(`not all is gone (${folder} knows what is left); ${remedy}`, { cause: error });
	}
}
