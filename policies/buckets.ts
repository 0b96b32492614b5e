/** Family "buckets": where the backups lie, in AWS and Google Cloud. */
import { bucketEncryption } from "./buckets/encryption.ts";
import { bucketLifecycle } from "./buckets/lifecycle.ts";
import { bucketLock } from "./buckets/lock.ts";
import { bucketNotPublic } from "./buckets/notPublic.ts";
import { bucketProtected } from "./buckets/protected.ts";
import { bucketReplication } from "./buckets/replication.ts";
import { bucketTls } from "./buckets/tls.ts";
import { bucketVersioning } from "./buckets/versioning.ts";

/** The rules of this family. */
export const bucketsRules = [
	bucketVersioning,
	bucketLock,
	bucketNotPublic,
	bucketEncryption,
	bucketReplication,
	bucketLifecycle,
	bucketTls,
	bucketProtected,
];
