/** What Prometheus reads of the backups. */
import { Gauge, type Registry } from "prom-client";
import type { Catalogue } from "./catalogue.ts";
import { type BackupKind, backupKinds } from "./entry.ts";

/** The newest backup of a kind. */
export interface BackupFigures {
	readonly kind: BackupKind;
	/** Since what it holds was the newest: since it began. */
	readonly ageSeconds: number;
	readonly bytes: number;
	/** What it added to the first store after deduplication and compression. */
	readonly addedBytes: number;
	/** Stores that are known to have it. */
	readonly stores: number;
}

/** Pure. Kinds of which there is none are left out. */
export function backupFigures({ backups }: Pick<Catalogue, "backups">, now: Date): BackupFigures[] {
	return backupKinds.flatMap((kind) => {
		const [newest] = backups.filter((one) => one.kind === kind).sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
		if (newest === undefined) return [];
		const stores = Object.values(newest.stores).filter((said) => typeof said !== "string").length;
		return [{ kind, ageSeconds: age(newest.at, now), bytes: newest.bytes, addedBytes: newest.addedBytes, stores }];
	});
}

/** Seconds since a backup was last restored and found to be what the database holds; null where none ever was. Pure. */
export function verifiedAge({ backups }: Pick<Catalogue, "backups">, now: Date): number | null {
	const [newest] = backups
		.flatMap(({ verifiedAt }) => verifiedAt ?? [])
		.sort()
		.reverse();
	return newest === undefined ? null : age(newest, now);
}

const age = (at: string, now: Date) => (now.getTime() - Date.parse(at)) / 1000;

/** @param catalogue null until the stores were read */
export function registerBackupMetrics(registry: Registry, catalogue: () => Catalogue | null): void {
	const registers = [registry];
	const ofNewest = (name: string, help: string, value: (figures: BackupFigures) => number) => {
		const made: Gauge = new Gauge({
			...{ name: `mysql_dr_backup_${name}`, help, labelNames: ["kind"], registers },
			collect() {
				made.reset();
				for (const figures of backupFigures(catalogue() ?? { backups: [] }, new Date())) {
					made.set({ kind: figures.kind }, value(figures));
				}
			},
		});
	};
	ofNewest("age_seconds", "Since the newest backup of the kind began", ({ ageSeconds }) => ageSeconds);
	ofNewest("bytes", "Of the data in it", ({ bytes }) => bytes);
	ofNewest("added_bytes", "What it added to the store that it was first written to", ({ addedBytes }) => addedBytes);
	ofNewest("stores", "Stores that have it", ({ stores }) => stores);
	const made: Gauge = new Gauge({
		name: "mysql_dr_restore_test_age_seconds",
		help: "Since a backup was last restored and found to be what the database holds",
		registers,
		collect() {
			const known = verifiedAge(catalogue() ?? { backups: [] }, new Date());
			if (known === null) made.remove();
			else made.set(known);
		},
	});
}
