/** Whether a store can keep what is to be kept in it: asked by commands before they rely on it. */
import type { StoreSettings } from "../../objectives/settings.ts";
import type { Bucket, Protection } from "./objectStore.ts";
import { statusOf } from "./storeError.ts";

export interface StoreProblem {
	readonly wrong: string;
	/** What to do. */
	readonly remedy: string;
}

export interface StoreCheck {
	readonly store: string;
	/** None: it is as declared. */
	readonly problems: readonly StoreProblem[];
}

/** Replaced by each check; never locked. */
export const probeKey = "checks/probe.json";

/** Writes, reads and lists one small object, and asks how the bucket is protected. Never throws. */
export async function checkStore(settings: StoreSettings, bucket: Bucket, now: Date = new Date()): Promise<StoreCheck> {
	const body = Buffer.from(`${JSON.stringify({ at: now.toISOString() })}\n`);
	const used = await failed(settings, async () => {
		await bucket.put(probeKey, body, "replace");
		const back = await bucket.get(probeKey);
		if (!back?.equals(body)) throw new Error(`store ${settings.name}: ${probeKey} is not what was written`);
		const seen: string[] = [];
		for await (const { key } of bucket.list(probeKey)) seen.push(key);
		if (!seen.includes(probeKey)) throw new Error(`store ${settings.name}: ${probeKey} is not listed`);
	});
	// What cannot be used at all has no second problem worth reading.
	if (used !== null) return { store: settings.name, problems: [used] };
	let protection: Protection | null = null;
	const asked = await failed(settings, async () => {
		protection = await bucket.protection();
	});
	const problems =
		asked === null && protection !== null ? unprotected(settings, protection) : [asked].filter(isProblem);
	return { store: settings.name, problems };
}

/** What the bucket lacks of what the settings say. */
export function unprotected(
	{ name, bucket, kind, objectLock }: StoreSettings,
	{ versioned, lockable }: Protection,
): StoreProblem[] {
	const problems: StoreProblem[] = [];
	if (!versioned) {
		const remedy = "turn versioning on: without it what is replaced or removed by mistake is lost";
		problems.push({ wrong: `store ${name}: bucket ${bucket} keeps no versions`, remedy });
	}
	if (objectLock !== undefined && !lockable) {
		const what = kind === "s3" ? "object lock" : "object retention";
		const remedy = `make the bucket with ${what}, or take objectLock out of the store's settings`;
		problems.push({ wrong: `store ${name}: objectLock is declared, but bucket ${bucket} has no ${what}`, remedy });
	}
	return problems;
}

async function failed(settings: StoreSettings, work: () => Promise<void>): Promise<StoreProblem | null> {
	try {
		await work();
		return null;
	} catch (error) {
		const wrong = error instanceof Error ? error.message : String(error);
		return { wrong, remedy: remedyOf(settings, statusOf(error)) };
	}
}

function remedyOf({ bucket, credentialsSecret, endpoint }: StoreSettings, status: number | undefined): string {
	const identity = credentialsSecret === undefined ? "the pod's identity" : `the keys in Secret ${credentialsSecret}`;
	if (status === 401 || status === 403) {
		return `let ${identity} put, get and list in bucket ${bucket}, and read how it is versioned and locked`;
	}
	if (status === 404) return `make bucket ${bucket}, or correct its name in the store's settings`;
	if (status !== undefined) return "see what the store says of it";
	return `see that ${endpoint ?? "the store"} can be reached from here, and that ${identity} can be had`;
}

function isProblem(problem: StoreProblem | null): problem is StoreProblem {
	return problem !== null;
}
