/** Kubeconfigs with everything embedded, one a client. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";

export interface Credentials {
	readonly server: string;
	readonly authority: string;
	readonly certificate: string;
	readonly key: string;
}

/** A client's credentials from the site's keys; PEM texts. */
export async function credentialsOf(keys: string, client: string, server: string): Promise<Credentials> {
	const [authority, certificate, key] = await Promise.all(
		[`ca.crt`, `${client}.crt`, `${client}.key`].map((file) => readFile(join(keys, file), "utf8")),
	);
	return {
		server,
		authority: authority as string,
		certificate: certificate as string,
		key: key as string,
	};
}

export function kubeconfig(name: string, user: string, credentials: Credentials): string {
	const encoded = (text: string) => Buffer.from(text).toString("base64");
	return stringify({
		apiVersion: "v1",
		kind: "Config",
		clusters: [
			{
				name,
				cluster: {
					server: credentials.server,
					"certificate-authority-data": encoded(credentials.authority),
				},
			},
		],
		users: [
			{
				name: user,
				user: {
					"client-certificate-data": encoded(credentials.certificate),
					"client-key-data": encoded(credentials.key),
				},
			},
		],
		contexts: [{ name, context: { cluster: name, user } }],
		"current-context": name,
	});
}

export async function writeKubeconfig(
	path: string,
	name: string,
	user: string,
	credentials: Credentials,
): Promise<void> {
	await writeFile(path, kubeconfig(name, user, credentials), { mode: 0o600 });
}
