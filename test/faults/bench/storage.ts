/**
 * What Kubernetes' volume controllers and a kubelet do, for the rows in which volumes are lost: every instance has a claim
 * and a volume, a claim that is given up goes with its pod, and what a container said when it ended is in its pod's status.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
	PatchStrategy,
	setHeaderOptions,
	type V1PersistentVolume,
	type V1PersistentVolumeClaim,
} from "@kubernetes/client-node";
import { until } from "../../../local/site/waiting.ts";
import { holdFinalizer, volumesName } from "../../../runtime/failover/volumeMaking.ts";
import { volumeNotePrefix } from "../../../runtime/instance/volumeNote.ts";
import { nullIfMissing } from "../../../runtime/kubernetes/nullIfMissing.ts";
import type { Bench } from "./bench.ts";
import { labels, namespace } from "./controlPlane.ts";
import type { DatabaseInstance } from "./instance.ts";
import { Kubelet } from "./kubelet.ts";
import type { PlayedStorage } from "./snapshots.ts";

const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
const claimOf = ({ name }: DatabaseInstance) => `data-${name}`;
const shared = { accessModes: ["ReadWriteOnce"], storageClassName: "bench" };
/** Between two looks at the containers. */
const periodMs = 500;

export class Storage {
	readonly #bench: Bench;
	readonly #stop = new AbortController();
	readonly #restarts = new Map<string, number>();
	readonly #bound = new Map<string, string>();
	#volumes = 0;
	#running: Promise<void> = Promise.resolve();
	kubelet!: Kubelet;
	/** What makes volumes of snapshots; null: nobody does. */
	snapshots: PlayedStorage | null = null;
	/** Volumes whose claim went, as they were then. */
	readonly released: V1PersistentVolume[] = [];

	private constructor(bench: Bench) {
		this.#bench = bench;
	}

	/** @param reclaimPolicy of the volumes that are there */
	static async begin(bench: Bench, reclaimPolicy: "Retain" | "Delete"): Promise<Storage> {
		const storage = new Storage(bench);
		for (const each of bench.instances) await storage.#bind(each, reclaimPolicy);
		storage.kubelet = await Kubelet.begin(bench, (instance) => storage.#replace(instance));
		storage.#running = storage.#watchContainers().catch((error: Error) => {
			storage.kubelet.faults.push(`storage: ${error.message}`);
		});
		return storage;
	}

	volumeOf(instance: DatabaseInstance): string {
		return this.#bound.get(instance.name) ?? "";
	}

	/** The volume is gone from Kubernetes, and its claim says so; what runs on it goes on. */
	async lose(instance: DatabaseInstance): Promise<void> {
		await this.#claimIs(instance, "Lost");
	}

	async end(): Promise<void> {
		this.#stop.abort();
		await this.#running;
		await this.kubelet.end();
		// One whose pod could not be made anew has none, and what broke is not to be hidden by that.
		for (const each of this.#bench.instances) await this.#dropClaim(each).catch(nullIfMissing);
		for (const { metadata } of (await this.#bench.core.listPersistentVolume()).items) {
			const name = metadata?.name ?? "";
			await this.#bench.core.deletePersistentVolume({ name });
			await this.#bench.core.patchPersistentVolume({ name, body: { metadata: { finalizers: null } } }, merge);
		}
	}

	async #bind(instance: DatabaseInstance, reclaimPolicy: "Retain" | "Delete"): Promise<void> {
		const { core } = this.#bench;
		const volumeName = await this.#newVolume(instance, reclaimPolicy);
		const metadata = { name: claimOf(instance), labels: { ...labels, "app.kubernetes.io/component": "database" } };
		const spec = { ...shared, volumeName, resources: { requests: { storage: "1Gi" } } };
		await core.createNamespacedPersistentVolumeClaim({ namespace, body: { metadata, spec } });
		await this.#claimIs(instance, "Bound");
	}

	/** A claim that is there already gets a volume that is made of its snapshot. */
	async #bindCopy(instance: DatabaseInstance, claim: V1PersistentVolumeClaim): Promise<void> {
		const { core } = this.#bench;
		const told = await core.readNamespacedConfigMap({ name: volumesName, namespace });
		const copy = this.snapshots?.copy(claim.spec?.dataSource?.name ?? "") ?? "";
		await instance.copyVolume(join(copy, "data"), told.data?.[instance.name] ?? "");
		const body = { spec: { volumeName: await this.#newVolume(instance, "Delete") } };
		await core.patchNamespacedPersistentVolumeClaim({ name: claimOf(instance), namespace, body }, merge);
		await this.#claimIs(instance, "Bound");
	}

	/** @returns its name */
	async #newVolume(instance: DatabaseInstance, reclaimPolicy: "Retain" | "Delete"): Promise<string> {
		const { core } = this.#bench;
		this.#volumes += 1;
		const name = `volume-${this.#volumes}`;
		this.#bound.set(instance.name, name);
		const volume = {
			...shared,
			capacity: { storage: "1Gi" },
			hostPath: { path: "/nowhere" },
			persistentVolumeReclaimPolicy: reclaimPolicy,
		};
		await core.createPersistentVolume({ body: { metadata: { name }, spec: volume } });
		await core.patchPersistentVolumeStatus({ name, body: { status: { phase: "Bound" } } }, merge);
		return name;
	}

	async #claimIs(instance: DatabaseInstance, phase: string): Promise<void> {
		const body = { status: { phase } };
		await this.#bench.core.patchNamespacedPersistentVolumeClaimStatus(
			{ name: claimOf(instance), namespace, body },
			merge,
		);
	}

	/** Its pod is gone: a claim that was given up goes as well, and the next pod has another, with an empty volume. */
	async #replace(instance: DatabaseInstance): Promise<void> {
		const { core } = this.#bench;
		this.#restarts.delete(instance.name);
		const claim = await core.readNamespacedPersistentVolumeClaim({ name: claimOf(instance), namespace });
		if (claim.metadata?.deletionTimestamp === undefined) return;
		this.released.push(await core.readPersistentVolume({ name: claim.spec?.volumeName ?? "" }));
		const made = await this.#madeInPlace(instance, claim);
		await instance.newVolume();
		if (made === null) await this.#bind(instance, "Delete");
		else await this.#bindCopy(instance, made);
	}

	/** Nothing uses it any more, so that its protection ends; where somebody else holds it, another is made by them. */
	async #madeInPlace(instance: DatabaseInstance, { metadata }: V1PersistentVolumeClaim) {
		if (!metadata?.finalizers?.includes(holdFinalizer)) {
			await this.#dropClaim(instance);
			return null;
		}
		const { core } = this.#bench;
		const ofClaim = { name: claimOf(instance), namespace };
		const body = { metadata: { finalizers: [holdFinalizer] } };
		await core.patchNamespacedPersistentVolumeClaim({ ...ofClaim, body }, merge);
		return until("a claim is made in place of the one that was held", 60, async () => {
			const found = await core.readNamespacedPersistentVolumeClaim(ofClaim).catch(() => null);
			return found !== null && found.metadata?.uid !== metadata.uid && found;
		});
	}

	async #dropClaim(instance: DatabaseInstance): Promise<void> {
		const { core } = this.#bench;
		const ofClaim = { name: claimOf(instance), namespace };
		await core.deleteNamespacedPersistentVolumeClaim(ofClaim);
		// The claim's protection: the controller that would end it is not here.
		await core
			.patchNamespacedPersistentVolumeClaim({ ...ofClaim, body: { metadata: { finalizers: null } } }, merge)
			.catch(() => {});
	}

	async #watchContainers(): Promise<void> {
		for (; !this.#stop.signal.aborted; await new Promise((resolve) => setTimeout(resolve, periodMs)))
			for (const each of this.#bench.instances)
				if (!each.running && !this.kubelet.making.has(each.name)) await this.#crashed(each);
	}

	/** As a kubelet tells of a container that ended, before it starts it again. */
	async #crashed(instance: DatabaseInstance): Promise<void> {
		const { core } = this.#bench;
		const pod = await core.readNamespacedPod({ name: instance.name, namespace }).catch(() => null);
		if (pod === null || pod.metadata?.deletionTimestamp !== undefined) return;
		const restartCount = this.#restarts.get(instance.name) ?? 0;
		this.#restarts.set(instance.name, restartCount + 1);
		const terminated = { exitCode: 1, message: await lastWord(instance) };
		const state = { waiting: { reason: "CrashLoopBackOff" } };
		const container = { name: "mysql", image: "", imageID: "", ready: false, restartCount, state };
		const status = {
			containerStatuses: [{ ...container, lastState: { terminated } }],
			conditions: [{ type: "Ready", status: "False" }],
		};
		await core.patchNamespacedPodStatus({ name: instance.name, namespace, body: { status } }, merge);
		if (restartCount < 2 && !this.kubelet.making.has(instance.name)) instance.start();
	}
}

/** Where a container's last word would go there is the machine's own /dev: the scripts say the same in their log. */
async function lastWord(instance: DatabaseInstance): Promise<string> {
	const lines = (await readFile(instance.log, "utf8")).trimEnd().split("\n");
	const said = /^the volume cannot be used \((.+?)\): (.*)$/.exec(lines.at(-1) ?? "");
	return said === null ? "" : `${volumeNotePrefix} ${said[1]}: ${said[2]}`;
}
