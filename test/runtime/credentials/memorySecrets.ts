/** A strict model of the API's Secrets: versions, conflicts, and a record of every write. */
import {
	ConflictError,
	type SecretData,
	type SecretStore,
	type StoredSecret,
} from "../../../runtime/credentials/secretStore.ts";

export interface MemorySecrets extends SecretStore {
	readonly secrets: Map<string, StoredSecret>;
	readonly writes: string[];
}

export function memorySecrets(initial: Readonly<Record<string, SecretData>> = {}): MemorySecrets {
	const entries = Object.entries(initial).map(([name, data]) => [name, { data, resourceVersion: "1" }] as const);
	const secrets = new Map<string, StoredSecret>(entries);
	const writes: string[] = [];
	let version = 1;
	const put = (verb: string, name: string, data: SecretData) => {
		const secret = { data: { ...data }, resourceVersion: String(++version) };
		secrets.set(name, secret);
		writes.push(`${verb} ${name}`);
		return secret;
	};
	return {
		secrets,
		writes,
		get: async (name) => secrets.get(name),
		async create(name, data) {
			if (secrets.has(name)) throw new ConflictError(name);
			return put("create", name, data);
		},
		async update(name, data, resourceVersion) {
			if (secrets.get(name)?.resourceVersion !== resourceVersion) throw new ConflictError(name);
			return put("update", name, data);
		},
	};
}
