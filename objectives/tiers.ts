import { type Duration, duration } from "./duration.ts";

/** How much a database matters. The written plan's two classes: critical systems and the rest. */
export type Tier = "critical" | "standard";

/** All tiers, strictest first. */
export const tiers: readonly Tier[] = ["critical", "standard"];

/** What a tier promises when nothing else is said. */
export interface TierPromise {
	/** Writes are accepted again within this time after a failure inside the site. */
	readonly rto: Duration;
	/** At most this much of the newest acknowledged writes is lost when a whole site is lost. */
	readonly rpo: Duration;
}

/** The written plan's objectives: critical 15 min / 5 min, non-critical 1 h / 1 h. */
export const tierPromises: Readonly<Record<Tier, TierPromise>> = {
	critical: { rto: duration("15m"), rpo: duration("5m") },
	standard: { rto: duration("1h"), rpo: duration("1h") },
};
