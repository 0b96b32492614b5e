/** The passwords and the certificate of a clone: made for it alone, and kept nowhere but in its namespace. */
import type { V1Secret } from "@kubernetes/client-node";
import { makeAuthority, makeServerCertificate } from "../credentials/certificates.ts";
import { newPassword, secretNames } from "../credentials/ensureCredentials.ts";
import { serverNames } from "../credentials/serverNames.ts";
import { cloneAccounts } from "./cloneAccounts.ts";
import { type CloneFacts, cloneLabels } from "./cloneFacts.ts";

/** The authority's key is not kept: a clone ends long before its certificate does. */
export async function cloneSecrets(facts: CloneFacts, now: Date): Promise<V1Secret[]> {
	const { name, settings } = facts;
	const authority = await makeAuthority(name, now);
	const names = serverNames({ namespace: name, clusterDomain: settings.clusterDomain }, 1);
	const server = await makeServerCertificate(authority, names, now);
	return [
		secret(facts, secretNames.passwords, Object.fromEntries(cloneAccounts.map((account) => [account, newPassword()]))),
		secret(facts, secretNames.tls, {
			"ca.crt": authority.certificate,
			"tls.crt": server.certificate,
			"tls.key": server.key,
		}),
	];
}

function secret({ name: namespace }: CloneFacts, name: string, stringData: Record<string, string>): V1Secret {
	return {
		apiVersion: "v1",
		kind: "Secret",
		metadata: { name, namespace, labels: cloneLabels("database") },
		type: "Opaque",
		stringData,
	};
}
