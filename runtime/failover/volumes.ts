/** The instances' claims and volumes in Kubernetes: what is seen of them, and how one is put aside. */
import { CoreV1Api, type KubeConfig, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { bytes as bytesOf, formatSize } from "../../objectives/size.ts";
import { nullIfMissing } from "../kubernetes/nullIfMissing.ts";
import { RefusedError } from "./cancel.ts";
import type { Clock } from "./clock.ts";
import type { SourceSnapshot } from "./nearestCopy.ts";
import { lostVolume, type PersistentFacts, type VolumeLook } from "./volumeFault.ts";
import { hold, type MadeOf, makeAnother } from "./volumeMaking.ts";
import { bounded, claimOf, readVolume, type VolumeObjects } from "./volumeReads.ts";
import { volumeSources } from "./volumeSources.ts";

/** Said on a volume that was put aside. */
export interface SetAside {
	/** The instance that it was of. */
	readonly instance: string;
	readonly cluster: string;
	readonly reason: string;
	/** ISO 8601. */
	readonly at: string;
}

export interface Volumes {
	/** As last seen; null before the first look. */
	seen(name: string): VolumeLook | null;
	/** As it is now. */
	look(name: string): Promise<VolumeObjects>;
	/** Sees to it that the data stay when the claim goes, and says on the volume why. @throws RefusedError where they would not */
	keep(volume: PersistentFacts, note: SetAside): Promise<void>;
	/** Deletes this very claim and then this very pod, each where there is one; the StatefulSet makes both anew. */
	release(name: string, claim: string | null, pod: string | null): Promise<void>;
	/** The snapshots that a volume can be made of in place of this one. */
	sources(name: string): Promise<readonly SourceSnapshot[]>;
	/** What `release` deletes afterwards stays until `make`. @throws RefusedError where it is another claim by now */
	hold(name: string, claim: string): Promise<void>;
	/**
	 * A claim in place of the one that was held, by the StatefulSet where `of` is null.
	 * @returns whether its volume is made of the snapshot
	 * @throws RefusedError while something still uses the old one
	 */
	make(name: string, of: MadeOf | null): Promise<boolean>;
	/** Asks for a larger volume. @throws ApiException where its class does not allow that */
	grow(name: string, bytes: number): Promise<void>;
	/** Looks at these again and again, until `stop`. */
	run(members: readonly string[], stop: AbortSignal): Promise<void>;
}

export interface VolumesOptions {
	readonly config: KubeConfig;
	readonly namespace: string;
	readonly cluster: string;
	readonly clock: Clock;
	readonly onError: (error: unknown) => void;
}

/** As a label it says of which database the volume was, as an annotation the rest. */
export const setAsideKey = "mysql-dr/set-aside";
/** A loss is believed when it has lasted for longer than this. */
const readMs = 5000;
const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

export function watchVolumes({ config, namespace, cluster, clock, onError }: VolumesOptions): Volumes {
	const core = config.makeApiClient(CoreV1Api);
	const place = (name: string) => ({ namespace, cluster, name, claim: claimOf(name) });
	const seen = new Map<string, VolumeLook>();
	const lostSince = new Map<string, number>();

	const look = async (name: string): Promise<VolumeObjects> => {
		const facts = await readVolume(core, { namespace, name, wall: clock.wall() });
		const now = clock.now();
		if (lostVolume(facts) === null) lostSince.delete(name);
		else if (!lostSince.has(name)) lostSince.set(name, now);
		const found = { ...facts, lostMs: now - (lostSince.get(name) ?? now) };
		seen.set(name, found);
		return found;
	};
	return {
		seen: (name) => seen.get(name) ?? null,
		look,
		async keep(volume, note) {
			const { name, reclaimPolicy } = volume;
			if (reclaimPolicy !== "Retain") await retain(core, name);
			const labels = { [setAsideKey]: note.cluster };
			const annotations = { [setAsideKey]: JSON.stringify(note) };
			const patch = core.patchPersistentVolume({ name, body: { metadata: { labels, annotations } } }, merge);
			// A note for people: what keeps the data is the policy.
			await bounded(`noting ${name}`, patch).catch(onError);
		},
		async release(name, claim, pod) {
			const very = (uid: string) => ({ namespace, body: { preconditions: { uid } } });
			if (claim !== null) {
				const deleting = core.deleteNamespacedPersistentVolumeClaim({ name: claimOf(name), ...very(claim) });
				await bounded(`deleting ${claimOf(name)}`, deleting.catch(nullIfMissing));
			}
			if (pod === null) return;
			await bounded(`deleting ${name}`, core.deleteNamespacedPod({ name, ...very(pod) }).catch(nullIfMissing));
		},
		sources: (name) => volumeSources({ config, core, namespace, cluster }, name),
		hold: (name, claim) => hold(core, place(name), claim),
		make: (name, of) => makeAnother(core, place(name), of),
		async grow(name, bytes) {
			const body = { spec: { resources: { requests: { storage: formatSize(bytesOf(bytes)) } } } };
			const growing = core.patchNamespacedPersistentVolumeClaim({ name: claimOf(name), namespace, body }, merge);
			await bounded(`a larger ${claimOf(name)}`, growing);
		},
		async run(members, stop) {
			for (let failing = false; !stop.aborted; await clock.sleep(readMs, stop)) {
				try {
					await Promise.all(members.map(look));
					failing = false;
				} catch (error) {
					// Once for a whole outage: what was known stays.
					if (!failing) onError(error);
					failing = true;
				}
			}
		},
	};
}

/** @throws RefusedError where the volume does not say afterwards that its data are kept */
async function retain(core: CoreV1Api, name: string): Promise<void> {
	const body = { spec: { persistentVolumeReclaimPolicy: "Retain" } };
	const patching = core.patchPersistentVolume({ name, body }, merge);
	const patched = await bounded(`keeping ${name}`, patching).catch((error: Error) => {
		throw new RefusedError(`${name} would be deleted with its claim, and that could not be changed: ${error.message}`);
	});
	if (patched.spec?.persistentVolumeReclaimPolicy === "Retain") return;
	throw new RefusedError(`${name} would be deleted with its claim: its reclaim policy is not Retain`);
}
