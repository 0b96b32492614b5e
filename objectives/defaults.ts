import { duration } from "./duration.ts";
import type { RateName } from "./evidence.ts";

/** A figure that the forecast takes until the site has measured its own, and where it comes from. */
export interface DefaultFigure {
	/** Seconds. */
	readonly value: number;
	readonly source: string;
}

const vtorc = "an allowance: whole failovers took 1.4 to 2.6 s in the published audit of VTOrc";

/** Seconds for which a name's address may be remembered: what is declared, and what the forecast counts. */
export const recordLifetime = 60;

/** What Google promises for a bucket in two regions (Cloud Storage, "Turbo replication"). */
export const turboReplication = duration("15m");

/** Terms that no setting bounds. Measured "here" means on one machine with two noisy cores and three local zones. */
export const defaultFigures = {
	"quorum gate": { value: 0.5, source: vtorc },
	"catch-up": {
		value: 1,
		source: "a replica that keeps up applies what it has received within a second; more lag than that is alarmed",
	},
	promotion: { value: 0.5, source: vtorc },
	"endpoint switch": {
		value: 0.1,
		source:
			"new connections moved 0 to 30 ms after the EndpointSlice was written, measured here; the rest is the write",
	},
	"client reconnect": {
		value: 1,
		source: "a refused client tries again within a second (connect retries of common pools)",
	},
	"client reconnect, hanging": {
		value: 5,
		source: "connections into a dead node hang until the client's own deadline; 5 s are expected of clients",
	},
	"new volume": {
		value: 60,
		source: "three MySQL on new volumes were ready in 19 s, measured here; cloud volumes attach in up to a minute",
	},
	decision: {
		value: 600,
		source: "a person is called, looks and decides within 10 min; drills measure it",
	},
	"finding the moment": {
		value: 1800,
		source: "a person finds the transaction to stop before within 30 min; drills measure it",
	},
	"new cluster": {
		value: 1200,
		source: "a managed control plane with nodes takes 15 to 20 min; 33 s on the local site, measured here",
	},
	deploy: {
		value: 180,
		source: "71 s from nothing to three MySQL, measured here; cloud volumes and load balancers take longer",
	},
	opening: {
		value: 30,
		source: "crash recovery and checks; MySQL answered 7 to 12 s after its zone came back, measured here",
	},
	DNS: { value: recordLifetime, source: `records live for ${recordLifetime} s` },
	"replica lag": {
		value: 1,
		source: "the archive follows a replica that keeps up within a second; more lag is alarmed",
	},
	upload: {
		value: 2,
		source: "an allowance for one small object; 595 MB went to a local store in 11 s, measured here",
	},
	"bucket replication lag": {
		value: 5,
		source:
			"the archive is written to the second region's store directly; a bucket's own replication (S3: 15 min with time control) is not waited for",
	},
} as const satisfies Record<string, DefaultFigure>;

/** A term whose default is a figure of this table. */
export type FigureName = keyof typeof defaultFigures;

const megabyte = 1_000_000;

/** Rates until measured: bytes a second; `replay` is seconds of writing replayed in one second. */
export const defaultRates: Readonly<Record<RateName, DefaultFigure>> = {
	restore: {
		value: 130 * megabyte,
		source:
			"130 MB/s: restic restored 571 MB in 4.4 s on a busy machine and 595 MB in 2.3 s on an idle one, measured here",
	},
	clone: {
		value: 150 * megabyte,
		source: "150 MB/s: CLONE copied 740 MB in 3.2 s (231 MB/s), measured here; two thirds of it between nodes",
	},
	replay: {
		value: 4,
		source:
			"60,000 transactions replayed in 21 s (2,857 a second), measured here: four times as fast as 700 a second were written",
	},
};
