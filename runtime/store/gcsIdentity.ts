/** Who we are at Google: what the `credentials.json` of a Secret says. */
import { type AuthClient, ExternalAccountClient, type ExternalAccountClientOptions, JWT } from "google-auth-library";
import { z } from "zod";
import type { GcsKeys } from "./storeKeys.ts";

const scopes = ["https://www.googleapis.com/auth/devstorage.read_write"];

const serviceAccount = z.looseObject({
	type: z.literal("service_account"),
	client_email: z.string().min(1),
	private_key: z.string().min(1),
	private_key_id: z.string().optional(),
	universe_domain: z.string().optional(),
});

const external = z.looseObject({ type: z.literal("external_account") });

/** @throws naming what is lacking, never what is there */
export function gcsIdentity({ credentials }: GcsKeys): AuthClient {
	const given = parsed(credentials);
	if (external.safeParse(given).success) {
		const client = ExternalAccountClient.fromJSON({ ...(given as ExternalAccountClientOptions), scopes });
		if (client !== null) return client;
	}
	const account = serviceAccount.safeParse(given);
	if (!account.success) throw new Error(`credentials.json is ${unfit(given, account.error)}`);
	const {
		client_email: email,
		private_key: key,
		private_key_id: keyId,
		universe_domain: universeDomain,
	} = account.data;
	return new JWT({ email, key, scopes, ...(keyId && { keyId }), ...(universeDomain && { universeDomain }) });
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		// What JSON.parse says quotes the text.
		throw new Error("credentials.json is not JSON");
	}
}

function unfit(given: unknown, { issues }: z.ZodError): string {
	const type = (given as { type?: unknown } | null)?.type;
	if (type === "service_account") return `a service account's key without ${issues[0]?.path.join(".")}`;
	return `neither a service account's key nor an external account's (workload identity federation)`;
}
