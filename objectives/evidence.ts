import type { Scenario } from "./scenarios.ts";

/** One term of a forecast as a drill, a restore test or a real failover measured it: the worst of its runs. */
export interface MeasuredTerm {
	/** The term's name as in the forecast: `promotion`. */
	readonly term: string;
	/** Only for this scenario; without it for every one that has the term. */
	readonly scenario?: Scenario | undefined;
	readonly seconds: number;
	/** What was measured, for people: `10 pod drills, 2026-11-22`. */
	readonly what: string;
}

/** A rate from which terms are computed, measured on this site: its slowest run. */
export interface MeasuredRate {
	readonly rate: RateName;
	/** Bytes a second, or for `replay` seconds of writing that are replayed in one second. */
	readonly value: number;
	readonly what: string;
}

/** `restore`: backup to data directory; `clone`: instance to instance; `replay`: archive to data. */
export type RateName = "restore" | "clone" | "replay";

/** What has been measured so far; later entries win over earlier ones. */
export interface Evidence {
	readonly terms?: readonly MeasuredTerm[] | undefined;
	readonly rates?: readonly MeasuredRate[] | undefined;
}
