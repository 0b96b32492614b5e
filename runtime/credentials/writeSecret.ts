/** Fills in what a Secret lacks, whoever else does the same at the same time. */
import { ConflictError, type SecretData, type SecretStore } from "./secretStore.ts";

/** What is missing, or what is due for renewal; undefined when nothing is. Sees undefined when there is no Secret. */
export type Completion = (current: SecretData | undefined) => Promise<SecretData | undefined>;

/** Each round another writer has succeeded; three watchdogs cannot keep this up. */
const rounds = 10;

/**
 * Applies `complete` to the newest version of the Secret until nothing is missing, and gives its keys.
 * `complete` gives only the keys to write: the others are kept as they are.
 */
export async function writeSecret(store: SecretStore, name: string, complete: Completion): Promise<SecretData> {
	for (let round = 0; round < rounds; round++) {
		const done = await attempt(store, name, complete);
		if (done !== undefined) return done;
	}
	throw new ConflictError(`secret ${name} kept changing; gave up after ${rounds} attempts`);
}

/** Undefined when somebody else was faster. */
async function attempt(store: SecretStore, name: string, complete: Completion): Promise<SecretData | undefined> {
	const current = await store.get(name);
	const added = await complete(current?.data);
	if (current !== undefined && added === undefined) return current.data;
	try {
		const written =
			current === undefined
				? await store.create(name, added ?? {})
				: await store.update(name, { ...current.data, ...added }, current.resourceVersion);
		return written.data;
	} catch (error) {
		if (error instanceof ConflictError) return undefined;
		throw error;
	}
}
