/**
 * Looks for instances whose data are damaged, and keeps in the record what was found: whoever leads next must not choose
 * them nor copy from them, and a restarted mysqld has forgotten what it said.
 */
import type { Logger } from "pino";
import type { PageDamage } from "../mysql/pageDamage.ts";
import type { Clock } from "./clock.ts";
import type { PodFacts } from "./podFacts.ts";
import type { ClusterRecord } from "./record.ts";

export interface DamageSources {
	/** What an instance says while it runs. */
	readonly said: (name: string) => Promise<PageDamage | null>;
	/** What its pod says when mysqld ended. */
	readonly pods: () => ReadonlyMap<string, PodFacts>;
	/** What a backup found in a copy of it. */
	readonly copied: (name: string) => Promise<PageDamage | null>;
}

export interface DamageWatchOptions extends DamageSources {
	readonly members: readonly string[];
	readonly record: () => ClusterRecord | null;
	readonly save: (update: (record: ClusterRecord) => ClusterRecord) => Promise<void>;
	readonly log: Logger;
	readonly clock: Clock;
}

/** A damaged page has often been there for weeks; what is asked costs an instance next to nothing. */
const periodMs = 10_000;

/** Runs until `stop`. */
export async function watchDamage(options: DamageWatchOptions, stop: AbortSignal): Promise<void> {
	const { members, clock, log } = options;
	for (; !stop.aborted; await clock.sleep(periodMs, stop)) {
		for (const name of members) {
			await lookFor(name, options).catch((err) => log.warn({ err }, `${name}: what was found is not noted yet`));
		}
	}
}

async function lookFor(name: string, options: DamageWatchOptions): Promise<void> {
	const { pods, said, copied, record, save, log, clock } = options;
	const unknown = () => null;
	const found = [
		told(pods().get(name)),
		// An instance that does not answer is no news here.
		await said(name).catch(unknown),
		await copied(name).catch(unknown),
	];
	for (const damage of found) {
		if (damage === null || !isNews(record(), name, damage)) continue;
		const at = new Date(clock.wall()).toISOString();
		const entry = { uuid: damage.uuid, at, reason: damage.text };
		await save((known) => ({ ...known, damaged: { ...known.damaged, [name]: entry } }));
		log.error({ damage }, `${name}: pages of its data are damaged`);
	}
}

/** Only of the data that count: what came in their place since is another matter. */
export function isNews(record: ClusterRecord | null, name: string, { uuid }: PageDamage): boolean {
	return record !== null && record.uuids[name] === uuid && record.damaged?.[name]?.uuid !== uuid;
}

function told(pod: PodFacts | undefined): PageDamage | null {
	const note = pod?.volumeNote;
	return note?.trouble === "corrupt" && note.uuid !== null ? { uuid: note.uuid, text: note.text } : null;
}
