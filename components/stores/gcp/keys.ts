/** A key for each bucket, where the bucket is. */
import { CryptoKey } from "@pulumi/gcp/kms/cryptoKey.js";
import { CryptoKeyIAMMember } from "@pulumi/gcp/kms/cryptoKeyIAMMember.js";
import { KeyRing } from "@pulumi/gcp/kms/keyRing.js";
import { getProjectServiceAccountOutput } from "@pulumi/gcp/storage/getProjectServiceAccount.js";
import type * as pulumi from "@pulumi/pulumi";

/** Ninety days, as Google recommends. */
const rotationPeriod = "7776000s";

/**
 * *Data*: without its key nothing in a bucket can be read; keys are protected, and stay when the stack goes.
 * @returns the key's ID, once Cloud Storage may use it
 */
export function declareKey(
	name: string,
	{ called, location, project }: { readonly called: string; readonly location: string; readonly project: string },
	opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
	const kept = { ...opts, protect: true, retainOnDelete: true };
	const ring = new KeyRing(name, { name: called, location, project }, kept);
	const key = new CryptoKey(name, { name: "stores", keyRing: ring.id, rotationPeriod }, kept);
	// Asking for it makes it, in a project that has had no bucket yet.
	const agent = getProjectServiceAccountOutput({ project }, opts);
	const member = new CryptoKeyIAMMember(
		name,
		{ cryptoKeyId: key.id, role: "roles/cloudkms.cryptoKeyEncrypterDecrypter", member: agent.member },
		opts,
	);
	return member.cryptoKeyId;
}
