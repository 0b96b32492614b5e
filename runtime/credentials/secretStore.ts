/** The Secrets of one namespace, as little of them as credentials need. */

/** Texts by key. */
export type SecretData = Readonly<Record<string, string>>;

export interface StoredSecret {
	readonly data: SecretData;
	/** Given back with an update, which is refused when somebody else changed the Secret since. */
	readonly resourceVersion: string;
}

export interface SecretStore {
	/** Undefined when there is none of that name. */
	get(name: string): Promise<StoredSecret | undefined>;
	/** @throws ConflictError when there is one already. */
	create(name: string, data: SecretData): Promise<StoredSecret>;
	/** Replaces all keys. @throws ConflictError when it changed since `resourceVersion`. */
	update(name: string, data: SecretData, resourceVersion: string): Promise<StoredSecret>;
}

/** Somebody else was faster: read again. */
export class ConflictError extends Error {
	override readonly name = "ConflictError";
}
