/** What is to be made and tried, handed to the program by its environment. Pure. */
import type { Cloud, RegionPair } from "../../objectives/index.ts";
import type { StoreSettings } from "../../objectives/settings.ts";

export interface SmokeOrder {
	readonly cloud: Cloud;
	/** The beginning of all names; no other run's. */
	readonly name: string;
	readonly regions: RegionPair;
	/** Of Google Cloud; "" in AWS. */
	readonly project: string;
}

/** The database that the stores are for. */
export const smokeDatabase = "smoke";

const variable = "MYSQL_DR_SMOKE";

export const orderEnv = (order: SmokeOrder): Record<string, string> => ({ [variable]: JSON.stringify(order) });

export function readOrder(env: Readonly<Record<string, string | undefined>>): SmokeOrder {
	const text = env[variable];
	if (text === undefined) throw new Error(`run it by npm run cloud:smoke: $${variable} is not set`);
	return JSON.parse(text) as SmokeOrder;
}

export function smokeBuckets({ name, regions }: SmokeOrder) {
	const bucket = (region: string) => ({ region, bucket: `${name}-${region}` });
	return [bucket(regions[0]), bucket(regions[1])] as const;
}

/** As the runtime would be told them. */
export function smokeStores(order: SmokeOrder): readonly [StoreSettings, StoreSettings] {
	const kind = order.cloud === "aws" ? "s3" : "gcs";
	const common = { kind, objectLock: { mode: "governance", days: 1 }, podsAlone: true } as const;
	const [near, far] = smokeBuckets(order);
	return [
		{ ...common, ...near, name: "near" },
		{ ...common, ...far, name: "far" },
	];
}
