import type { MutationReport } from "./mutations.ts";
import type { Run } from "./play.ts";
import type { Task } from "./queue.ts";

/** What a lane is asked for, one after the other. */
export type Order = ({ readonly do: "play" } & Task) | { readonly do: "mutate"; readonly name: string };

/** What it says: first whether it has a bench, then an answer to each order. */
export type Word =
	| { readonly says: "taken" }
	| { readonly says: "ready"; readonly folder: string }
	| { readonly says: "played"; readonly run: Run }
	| { readonly says: "mutated"; readonly report: MutationReport };

export interface LaneOptions {
	/** Of the runtime. */
	readonly bundle: string;
	/** Leaves the bench's folder. */
	readonly keep: boolean;
}
