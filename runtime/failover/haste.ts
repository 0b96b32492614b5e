/** When a replica is to fetch before it syncs (`Instance.catchUp`). Pure. */
import { count, type GtidSet, subtract } from "../mysql/gtidSet.ts";
import { held, type Reading } from "../mysql/reading.ts";

type Held = Pick<Reading, "executed" | "retrieved">;

/**
 * Each transaction is several events, and each is synced by itself (sync_relay_log = 1): as long as a few take to be
 * fetched like that, a replica can connect anew.
 */
const worthIt = 20;

/** Fewer than this may have come since the two were read, at however many a second. */
const nearly = 1000;

/** True when it has so much to fetch of `set` that it will have it sooner by fetching first and syncing then. */
export function isFarBehind(reading: Held, set: GtidSet): boolean {
	return lacks(reading, set) > worthIt;
}

/** True when it may well hold all of `set` by now: whoever asks again knows. */
export function isNear(reading: Held, set: GtidSet): boolean {
	return lacks(reading, set) < nearly;
}

const lacks = (reading: Held, set: GtidSet): number => count(subtract(set, held(reading)));
