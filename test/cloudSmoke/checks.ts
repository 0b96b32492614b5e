/** What the stores must do that were made in a real cloud, tried by what the runtime itself uses. */
import { keysOf } from "../../components/stores/layout.ts";
import { until } from "../../local/site/waiting.ts";
import type { StoreSettings } from "../../objectives/settings.ts";
import { checkStore } from "../../runtime/store/checkStore.ts";
import type { Bucket } from "../../runtime/store/objectStore.ts";
import { smokeDatabase } from "./order.ts";

export interface SmokeStore {
	readonly settings: StoreSettings;
	readonly bucket: Bucket;
}

/** One thing that was tried. */
export interface SmokeRow {
	readonly what: string;
	readonly held: boolean;
	/** A figure, or what was wrong. */
	readonly detail: string;
}

/** What is locked and replicated. */
export const smokeKey = `${keysOf(smokeDatabase).archive}segments/smoke.segment`;

const body = Buffer.from("a segment of the archive\n");

/** @param withinSeconds how long replication is waited for */
export async function tryStores(near: SmokeStore, far: SmokeStore, withinSeconds: number): Promise<SmokeRow[]> {
	const rows = [await usable(near), await usable(far)];
	// Of a store that cannot be used there is no more to say.
	if (!rows.every(({ held }) => held)) return rows;
	return [...rows, await once(near), await locked(near), await replicated(near, far, withinSeconds)];
}

async function usable({ settings, bucket }: SmokeStore): Promise<SmokeRow> {
	const { problems } = await checkStore(settings, bucket);
	const detail = problems.map(({ wrong }) => wrong).join("; ");
	return {
		what: `${settings.bucket} is written, read, listed, versioned and lockable`,
		held: problems.length === 0,
		detail,
	};
}

function once({ settings, bucket }: SmokeStore): Promise<SmokeRow> {
	return tried(`${settings.bucket} keeps the first of two writers`, async () => {
		const answers = [
			await bucket.put(smokeKey, body, "once"),
			await bucket.put(smokeKey, Buffer.from("other"), "once"),
		];
		const found = await bucket.get(smokeKey);
		const kept = answers.join() === "written,present" && found?.equals(body) === true;
		return { held: kept, detail: kept ? "" : `the answers were ${answers.join(" and ")}` };
	});
}

function locked({ settings, bucket }: SmokeStore): Promise<SmokeRow> {
	return tried(`${settings.bucket} keeps what is locked`, async () => {
		const gone = await bucket.remove(smokeKey);
		const found = await bucket.get(smokeKey);
		return { held: !gone && found?.equals(body) === true, detail: gone ? "it could be removed" : "" };
	});
}

function replicated(near: SmokeStore, far: SmokeStore, withinSeconds: number): Promise<SmokeRow> {
	return tried(`${far.settings.bucket} gets it from ${near.settings.bucket} by itself`, async () => {
		const began = performance.now();
		const arrived = async () => (await far.bucket.get(smokeKey))?.equals(body) === true;
		// Each look is billed.
		await until(`${smokeKey} is in ${far.settings.bucket}`, withinSeconds, arrived, { every: 2000 });
		return { held: true, detail: `${((performance.now() - began) / 1000).toFixed(0)} s` };
	});
}

async function tried(what: string, work: () => Promise<Omit<SmokeRow, "what">>): Promise<SmokeRow> {
	try {
		return { what, ...(await work()) };
	} catch (error) {
		return { what, held: false, detail: (error as Error).message };
	}
}
