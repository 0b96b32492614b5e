/** Which Secrets a database uses, and who makes them. Their contents are never in Pulumi's state, config or outputs. */
import type { StoreSettings } from "../objectives/index.ts";
import { authorityName, backupKeyName, certificatesName, credentialsName } from "./naming.ts";
import type { WatchdogSecrets } from "./watchdog/access.ts";

/** Names of Secrets that exist already (made by hand, External Secrets, cert-manager). */
export interface ExistingSecrets {
	/** With one key an account; default: made in the cluster at first boot. */
	readonly credentials?: { readonly existingSecret: string } | undefined;
	/** With `ca.crt`, `tls.crt`, `tls.key`; default: made in the cluster at first boot. */
	readonly tls?: { readonly existingSecret: string } | undefined;
	readonly backup?: { readonly key?: { readonly existingSecret: string } | undefined } | undefined;
}

/** The Secrets of one database by what they are for. */
export interface DatabaseSecrets extends WatchdogSecrets {
	readonly credentials: string;
	readonly certificates: string;
	/** With `key` and `recoveryKey`. */
	readonly backupKey: string;
	/** With the keys of stores. */
	readonly stores: readonly string[];
}

/** @returns each Secret's name, and whether the watchdog makes it. The authority's key exists only if it signs. */
export function databaseSecrets(
	{ credentials, tls, backup }: ExistingSecrets,
	stores: readonly Pick<StoreSettings, "credentialsSecret">[] = [],
): DatabaseSecrets {
	const opening = stores.map(({ credentialsSecret }) => credentialsSecret).filter((name) => name !== undefined);
	const given = [credentials?.existingSecret, tls?.existingSecret, ...opening];
	const key = backup?.key?.existingSecret;
	return {
		credentials: credentials?.existingSecret ?? credentialsName,
		certificates: tls?.existingSecret ?? certificatesName,
		backupKey: key ?? backupKeyName,
		stores: [...new Set(opening)],
		managed: [
			...(credentials ? [] : [credentialsName]),
			...(tls ? [] : [certificatesName, authorityName]),
			...(key ? [] : [backupKeyName]),
		],
		existing: [...new Set(given.filter((name) => name !== undefined))],
	};
}

/** The Secret with the keys of a store that the local site brings; `npm run up` writes it, beside the stack. */
export function storeSecretName(store: string): string {
	return `mysql-store-${store}`;
}
