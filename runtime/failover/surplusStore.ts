/** Surplus transactions, kept where people find them: in the stores, else as a Secret (they are user data). */
import { createHash } from "node:crypto";
import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import type { Logger } from "pino";
import { withDeadline } from "../mysql/session.ts";
import type { ObjectStore } from "../store/objectStore.ts";
import { RefusedError } from "./cancel.ts";
import type { SurplusStore } from "./rebuildAct.ts";

export interface SurplusPlaces {
	readonly kubernetes: KubeConfig;
	readonly namespace: string;
	readonly cluster: string;
	/** Of the Secret. */
	readonly labels: Readonly<Record<string, string>>;
	readonly stores: readonly ObjectStore[];
	readonly log: Pick<Logger, "warn">;
}

type Entry = Parameters<SurplusStore["save"]>[1];

/** An object in the API may have 1 MiB in all; base64 takes a third more. */
const limitBytes = 700_000;

/** Saved once every store has it; where one has not, in a Secret besides, if it fits. */
export function surplusStore(places: SurplusPlaces): SurplusStore {
	return {
		async save(label, entry) {
			// The same surplus has the same name, however often its saving is tried.
			const hash = createHash("sha256").update(entry.gtids).digest("hex").slice(0, 8);
			const name = `${label}-${hash}`;
			const kept = await inStores(places, name, entry);
			if (places.stores.length > 0 && kept === places.stores.length) return;
			const fits = entry.sqlGz.length <= limitBytes;
			if (fits) return inSecret(places, name, entry);
			if (kept > 0) return;
			throw new RefusedError(
				`${name}: ${entry.sqlGz.length} bytes of surplus transactions are more than a Secret holds (${limitBytes}), and no store took them; the instance stays fenced and keeps them`,
			);
		},
	};
}

/** @returns how many stores have it */
async function inStores({ stores, cluster, log }: SurplusPlaces, name: string, entry: Entry): Promise<number> {
	const key = `surplus/${cluster}/${name}`;
	const written = await Promise.all(
		stores.map(async (store) => {
			try {
				await store.put(`${key}.sql.gz`, entry.sqlGz, "once");
				await store.put(`${key}.json`, Buffer.from(`${JSON.stringify({ gtids: entry.gtids })}\n`), "once");
				return true;
			} catch (err) {
				log.warn({ err }, `${store.name}: ${key} could not be written`);
				return false;
			}
		}),
	);
	return written.filter(Boolean).length;
}

async function inSecret({ kubernetes, namespace, labels }: SurplusPlaces, name: string, entry: Entry): Promise<void> {
	const body = {
		metadata: { name, namespace, labels: { ...labels, "mysql-dr/surplus": "true" } },
		type: "mysql-dr.dev/surplus",
		stringData: { gtids: entry.gtids },
		data: { "surplus.sql.gz": entry.sqlGz.toString("base64") },
	};
	const core = kubernetes.makeApiClient(CoreV1Api);
	const saved = core.createNamespacedSecret({ namespace, body }).catch((error) => {
		if ((error as { code?: number }).code !== 409) throw error;
	});
	await withDeadline(saved, 5000, `saving ${name}`);
}
