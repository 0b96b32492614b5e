import { type Duration, duration } from "./duration.ts";
import { type Tier, type TierPromise, tierPromises } from "./tiers.ts";

/** What can be lost. The written plan's five scenarios, a zone (which it implies) and bad data (which it forgets). */
export type Scenario = "pod" | "node" | "volume" | "zone" | "cluster" | "region" | "badData";

/** One promise: back within `rto`, having lost at most the last `rpo` of acknowledged writes. */
export interface Objective {
	readonly rto: Duration;
	readonly rpo: Duration;
}

/** What is promised for one database. */
export interface Objectives extends Objective {
	readonly tier: Tier;
	readonly scenarios: Readonly<Record<Scenario, Objective>>;
}

/** What a scenario means and promises by default. */
export interface ScenarioMeaning {
	/** For people: "one pod is lost". */
	readonly title: string;
	/** What is counted as recovered when the RTO is measured. */
	readonly recovered: string;
	/** The scenario's own ceiling on the RTO; the tier's RTO tightens it where `site` is true. */
	readonly rto: Duration;
	/** The RPO: a fixed one, or the tier's. */
	readonly rpo: Duration | "tier";
	/** The site survives: the tier's RTO applies, and no acknowledged write may be lost. */
	readonly site: boolean;
}

const none = duration("0s");

/**
 * The table of scenarios. RTOs are the upper ends of the written plan's ranges, except:
 * - `zone` is not in it; 10 min like `node`, since a zone is lost as its nodes are.
 * - `volume` is *one* volume lost. Its RTO counts until the copy is rebuilt, not only until writes go on.
 * - `badData` (a wrong DELETE, a bad release) is not in it: 2 h like `cluster`, since both restore everything; its RPO is
 *   one second, since the binary log's clock counts seconds: restored to the second before.
 * The tier's RTO binds what the site survives (pod, node, zone). The rest are disasters with figures of their own, as the
 * written plan has them (a critical system has 15 min, its cluster's loss 2 h). The tier's RPO binds what the site does
 * not survive; what it survives loses nothing, because semi-synchronous replication acknowledges from two zones.
 */
export const scenarioMeanings: Readonly<Record<Scenario, ScenarioMeaning>> = {
	pod: {
		title: "one pod is lost",
		recovered: "writes are accepted again",
		rto: duration("5m"),
		rpo: none,
		site: true,
	},
	node: {
		title: "one node is lost",
		recovered: "writes are accepted again",
		rto: duration("10m"),
		rpo: none,
		site: true,
	},
	volume: {
		title: "one volume is lost or corrupted",
		recovered: "writes are accepted again and the lost copy is rebuilt",
		rto: duration("30m"),
		rpo: none,
		site: false,
	},
	zone: {
		title: "one zone is lost",
		recovered: "writes are accepted again",
		rto: duration("10m"),
		rpo: none,
		site: true,
	},
	cluster: {
		title: "the whole Kubernetes cluster is lost",
		recovered: "writes are accepted again on another cluster",
		rto: duration("2h"),
		rpo: "tier",
		site: false,
	},
	region: {
		title: "the whole region is lost",
		recovered: "writes are accepted again in another region",
		rto: duration("1h"),
		rpo: "tier",
		site: false,
	},
	badData: {
		title: "bad data was written",
		recovered: "the data of the second before is open for writes",
		rto: duration("2h"),
		rpo: duration("1s"),
		site: false,
	},
};

/** All scenarios, from the smallest loss to the largest. */
export const scenarios = Object.keys(scenarioMeanings) as readonly Scenario[];

/** One objective of which either half may be left to the default. */
export interface StatedObjective {
	readonly rto?: Duration | undefined;
	readonly rpo?: Duration | undefined;
}

/** What a user may state besides the tier; everything has a default. */
export interface StatedObjectives {
	readonly rto?: Duration | undefined;
	readonly rpo?: Duration | undefined;
	readonly scenarios?: { readonly [Name in Scenario]?: StatedObjective | undefined } | undefined;
}

/** The objectives of a database of this tier, with what was stated in place of the defaults. */
export function objectives(tier: Tier, stated: StatedObjectives = {}): Objectives {
	const promise: TierPromise = {
		rto: stated.rto ?? tierPromises[tier].rto,
		rpo: stated.rpo ?? tierPromises[tier].rpo,
	};
	const entries = scenarios.map((scenario) => {
		const meaning = scenarioMeanings[scenario];
		const own = stated.scenarios?.[scenario];
		const rto = meaning.site ? shorter(meaning.rto, promise.rto) : meaning.rto;
		const rpo = meaning.rpo === "tier" ? promise.rpo : meaning.rpo;
		return [scenario, { rto: own?.rto ?? rto, rpo: own?.rpo ?? rpo }];
	});
	return { tier, ...promise, scenarios: Object.fromEntries(entries) };
}

function shorter(one: Duration, other: Duration): Duration {
	return one < other ? one : other;
}
