/** Passwords and certificates of one database: made once in the cluster, or taken from the user's own Secrets. */
import { randomBytes } from "node:crypto";
import type { Settings } from "../../objectives/settings.ts";
import { accountNames, type Passwords } from "./accounts.ts";
import {
	certificateFacts,
	isSignedByAny,
	type KeyPair,
	makeAuthority,
	makeServerCertificate,
	renewBefore,
} from "./certificates.ts";
import { checkPasswords, checkTls } from "./existingSecrets.ts";
import type { SecretData, SecretStore } from "./secretStore.ts";
import { serverNames } from "./serverNames.ts";
import { writeSecret } from "./writeSecret.ts";

/** The Secrets that a database has unless its user keeps them under other names. `mysql-ca` is read by the watchdog alone. */
export const secretNames = {
	passwords: "mysql-credentials",
	authority: "mysql-ca",
	tls: "mysql-tls",
	backupKey: "mysql-backup-key",
} as const;

export interface SecretNames {
	readonly passwords: string;
	readonly authority: string;
	readonly tls: string;
	/** Null where the user keeps it, and nothing needs to be made. */
	readonly backupKey: string | null;
}

export interface CredentialOptions {
	/** Names of Secrets, where they are the user's own. Default: {@link secretNames}. */
	readonly names?: SecretNames;
	/** Default: the present. */
	readonly now?: Date;
}

export type CredentialSettings = Pick<
	Settings,
	"cluster" | "namespace" | "clusterDomain" | "members" | "credentialsManaged" | "tlsManaged"
>;

export interface Credentials {
	readonly passwords: Passwords;
	/** PEM text of the authority that signed the instances' certificate. */
	readonly ca: string;
	/** End of the instances' certificate. */
	readonly certificateEnds: Date;
}

/**
 * Makes what is absent, renews the instances' certificate when less than 30 days are left (or a name is
 * missing), and gives what there is then. Nothing that exists is ever overwritten, but for that renewal. May be called at any
 * time and by several at once. The pods see a renewed certificate within about a minute; then every channel
 * must be told to reload it.
 *
 * @throws UserError when Secrets that the user keeps lack something.
 */
export async function ensureCredentials(
	store: SecretStore,
	settings: CredentialSettings,
	{ names = secretNames, now = new Date() }: CredentialOptions = {},
): Promise<Credentials> {
	const passwords = settings.credentialsManaged
		? await writeSecret(store, names.passwords, missingPasswords)
		: (await store.get(names.passwords))?.data;
	const tls = settings.tlsManaged
		? await ensureTls(store, settings, { names, now })
		: (await store.get(names.tls))?.data;
	if (names.backupKey !== null) await writeSecret(store, names.backupKey, missingKeys);
	const { ca, certificate } = checkTls(names.tls, tls);
	return {
		passwords: checkPasswords(names.passwords, passwords),
		ca,
		certificateEnds: certificateFacts(certificate).notAfter,
	};
}

/** 192 bits; 32 characters, all that replication takes, and none that a URL or a shell would change. */
export function newPassword(): string {
	return randomBytes(24).toString("base64url");
}

/** 256 bits each: whoever copies a store can try as long as he likes. */
const newKey = () => randomBytes(32).toString("base64url");

async function missingKeys(current: SecretData = {}): Promise<SecretData | undefined> {
	const missing = ["key", "recoveryKey"].filter((name) => current[name] === undefined);
	if (missing.length === 0) return undefined;
	return Object.fromEntries(missing.map((name) => [name, newKey()]));
}

async function missingPasswords(current: SecretData = {}): Promise<SecretData | undefined> {
	const missing = accountNames.filter((account) => current[account] === undefined);
	if (missing.length === 0) return undefined;
	return Object.fromEntries(missing.map((account) => [account, newPassword()]));
}

async function ensureTls(
	store: SecretStore,
	settings: CredentialSettings,
	{ names, now }: Required<CredentialOptions>,
): Promise<SecretData> {
	const kept = await writeSecret(store, names.authority, async (current) =>
		current?.["ca.crt"] !== undefined && current["ca.key"] !== undefined
			? undefined
			: asAuthority(await makeAuthority(settings.cluster, now)),
	);
	const authority = { certificate: kept["ca.crt"] ?? "", key: kept["ca.key"] ?? "" };
	const hosts = serverNames(settings, settings.members);
	return writeSecret(store, names.tls, async (current) => {
		if (await isGood(current, authority, hosts, now)) return undefined;
		const { certificate, key } = await makeServerCertificate(authority, hosts, now);
		return { "ca.crt": trusted(authority, current), "tls.crt": certificate, "tls.key": key };
	});
}

function asAuthority({ certificate, key }: KeyPair): SecretData {
	return { "ca.crt": certificate, "ca.key": key };
}

/** With a new authority (the Secret of the old one was lost) the old one stays trusted: pods do not change at once. */
function trusted(authority: KeyPair, tls: SecretData | undefined): string {
	const before = tls?.["ca.crt"] ?? "";
	if (before.includes(authority.certificate)) return before;
	return authority.certificate + before;
}

/** An authority that is gone makes no certificate bad that it signed. */
async function isGood(
	tls: SecretData | undefined,
	authority: KeyPair,
	hosts: readonly string[],
	now: Date,
): Promise<boolean> {
	const { "ca.crt": ca, "tls.crt": certificate, "tls.key": key } = tls ?? {};
	if (ca === undefined || certificate === undefined || key === undefined) return false;
	const { notAfter, names } = certificateFacts(certificate);
	// In the authority's own last month a new certificate would end no later.
	const lasting =
		notAfter.getTime() - now.getTime() >= renewBefore || notAfter >= certificateFacts(authority.certificate).notAfter;
	return lasting && hosts.every((host) => names.includes(host)) && (await isSignedByAny(certificate, ca));
}
