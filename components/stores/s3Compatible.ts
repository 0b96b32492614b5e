/** Stores that exist already: a bucket by its name, at Amazon, Google or any S3-compatible endpoint, and what opens it. Pure. */
import type { StackConfig, StoreSettings } from "../../objectives/index.ts";
import { storeSecretName } from "../secrets.ts";

/** A store of the site's own; its keys are in a Secret that is named after it. */
export interface OfferedStore {
	readonly name: string;
	readonly region: string;
	readonly endpoint: string;
	readonly bucket: string;
}

/** Those that are configured or made, else those that the site brings. */
export function storeSettings(
	{ stores, madeStores }: Pick<StackConfig, "stores" | "madeStores">,
	offered: readonly OfferedStore[] = [],
): StoreSettings[] {
	const configured = stores.map(({ credentials, alsoIn, ...store }) => ({
		...store,
		...(credentials ? { credentialsSecret: credentials.existingSecret } : {}),
		...(madeStores ? { podsAlone: true } : {}),
	}));
	if (configured.length > 0) return configured;
	return offered.map(({ name, region, bucket, endpoint }) => ({
		...{ name, region, kind: "s3" as const, bucket, endpoint },
		credentialsSecret: storeSecretName(name),
	}));
}
