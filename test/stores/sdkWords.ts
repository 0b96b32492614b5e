/** What the stack declares of a bucket, in the words of S3's own calls: as the provider of AWS would say it. Pure. */

/** Names that are no more than a capital away from S3's. */
const names: Readonly<Record<string, string>> = {
	id: "ID",
	replicaKmsKeyId: "ReplicaKmsKeyID",
	kmsMasterKeyId: "KMSMasterKeyID",
	sseAlgorithm: "SSEAlgorithm",
};

export function sdkWords(declared: unknown): unknown {
	if (Array.isArray(declared)) return declared.map(sdkWords);
	if (typeof declared !== "object" || declared === null) return declared;
	const entries = Object.entries(declared).map(([key, value]) => [wordOf(key), sdkWords(value)]);
	return Object.fromEntries(entries);
}

const wordOf = (key: string): string => names[key] ?? `${key[0]?.toUpperCase()}${key.slice(1)}`;
