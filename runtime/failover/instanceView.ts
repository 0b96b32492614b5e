/** What is seen of one instance, from its pod, its prober and its volume. Pure. */
import type { PodFacts } from "./podFacts.ts";
import type { Health, InstanceView, VolumeView } from "./view.ts";

export interface Sighted {
	/** Undefined where there is none. */
	readonly pod: PodFacts | undefined;
	/** Null before it was asked. */
	readonly health: Health | null;
	/** A long operation under way on it. */
	readonly busy: string | null;
	/** A snapshot's job has its applier stand still for a moment. */
	readonly quiesced: boolean;
	readonly volume: VolumeView | null;
}

const notAsked: Health = { state: "unreachable", reason: "not asked yet", confirmed: false, refused: false };

export function instanceView(name: string, { pod, health, busy, quiesced, volume }: Sighted): InstanceView {
	return {
		name,
		zone: pod?.zone ?? null,
		address: pod?.address ?? null,
		health: health ?? notAsked,
		busy,
		label: pod?.role ?? null,
		// What still runs on a volume that is gone does not outlive its pod: a primary is moved away in time.
		leaving: pod?.leaving ?? volume?.fault?.reason ?? null,
		ending: pod?.ending ?? false,
		quiesced,
		volume,
	};
}
