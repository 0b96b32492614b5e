/**
 * One mistake that the SDK lets pass, by its name in $MISTAKE: the double must tell it. (An unknown name at the top of the args
 * never gets so far: the SDK leaves it out, and only the type check sees it.)
 */
import { BucketV2 } from "@pulumi/aws/s3/bucketV2.js";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning.js";
import { Bucket } from "@pulumi/gcp/storage/bucket.js";

const made = {
	unlisted: () => new BucketVersioning("it", { bucket: "b", versioningConfiguration: { status: "enabled" } }),
	unknown: () => new BucketVersioning("it", { bucket: "b", versioningConfiguration: { status: "Enabled", mfa: "on" } }),
	mistyped: () => new Bucket("it", { location: "EU", versioning: true }),
	deprecated: () => new BucketV2("it", {}),
};
made[process.env.MISTAKE]();
