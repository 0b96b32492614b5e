/** The part of Kubernetes and of a storage in a snapshot, played: a volume is copied while its mysqld stands still, as a power cut would leave it. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Paths, pidFile } from "../../../runtime/instance/place.ts";
import type { VolumeSnapshotObject } from "../../../runtime/snapshot/snapshot.ts";
import type { NewSnapshot, SnapshotStore } from "../../../runtime/snapshot/snapshotStore.ts";
import { temporary } from "../temporary.ts";

const exec = promisify(execFile);

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type Kept = Mutable<VolumeSnapshotObject> & { readonly metadata: NonNullable<VolumeSnapshotObject["metadata"]> };

export class PlayedStorage implements SnapshotStore {
	readonly objects = new Map<string, Kept>();
	/** Where the copies are, by the snapshot's name. */
	readonly copies = new Map<string, string>();
	/** What becomes of a snapshot that is asked for. */
	onCreate: (snapshot: NewSnapshot) => Promise<void> = (snapshot) => this.make(snapshot);
	/** Faults that were written before a snapshot went. */
	readonly discarded: string[] = [];
	readonly #volumes: ReadonlyMap<string, Paths>;

	/** @param volumes by the names of their claims */
	constructor(volumes: ReadonlyMap<string, Paths>) {
		this.#volumes = volumes;
	}

	async list() {
		return [...this.objects.values()];
	}

	async read(name: string) {
		return this.objects.get(name) ?? null;
	}

	async create(snapshot: NewSnapshot): Promise<void> {
		const { name, claim, annotations } = snapshot;
		const creationTimestamp = new Date().toISOString();
		const spec = { source: { persistentVolumeClaimName: claim } };
		this.objects.set(name, { metadata: { name, annotations, creationTimestamp }, spec });
		await this.onCreate(snapshot);
	}

	/** Atomic as a storage's own is: nothing is written meanwhile. */
	async make({ name, claim }: NewSnapshot): Promise<void> {
		const paths = this.#volumes.get(claim);
		if (paths === undefined) throw new Error(`there is no claim ${claim}`);
		const copy = temporary(name);
		const pid = Number(await readFile(pidFile(paths), "utf8"));
		process.kill(pid, "SIGSTOP");
		try {
			await exec("cp", ["-a", "--sparse=always", join(paths.volume, "data"), copy]);
		} finally {
			process.kill(pid, "SIGCONT");
		}
		this.copies.set(name, copy);
		this.made(name);
	}

	made(name: string): void {
		const found = this.objects.get(name);
		if (found !== undefined) found.status = { creationTime: new Date().toISOString(), readyToUse: true };
	}

	async annotate(name: string, annotations: Readonly<Record<string, string | null>>): Promise<void> {
		const found = this.objects.get(name);
		if (found === undefined) throw new Error(`there is no ${name}`);
		const all = Object.entries({ ...found.metadata.annotations, ...annotations });
		const kept = Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null));
		this.objects.set(name, { ...found, metadata: { ...found.metadata, annotations: kept } });
	}

	async letGo(name: string): Promise<void> {
		const fault = this.objects.get(name)?.metadata.annotations?.["mysql-dr/fault"];
		if (fault !== undefined) this.discarded.push(fault);
		this.objects.delete(name);
	}
}
