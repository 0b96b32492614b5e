/** When a replica is to fetch before it syncs (`Instance.catchUp`). Pure. */
import { count, type GtidSet, subtract } from "../mysql/gtidSet.ts";
import { held, type Reading } from "../mysql/reading.ts";

/**
 * Each transaction is several events, and each is synced by itself (sync_relay_log = 1): as long as a few take to be
 * fetched like that, a replica can connect anew.
 */
const worthIt = 20;

/** True when it has so much to fetch of `set` that it will have it sooner by fetching first and syncing then. */
export function isFarBehind(reading: Pick<Reading, "executed" | "retrieved">, set: GtidSet): boolean {
	return count(subtract(set, held(reading))) > worthIt;
}
