import { createHash } from "node:crypto";
import { Provider } from "@pulumi/gcp/provider.js";
import { getBucketOutput } from "@pulumi/gcp/storage/getBucket.js";
import * as pulumi from "@pulumi/pulumi";
import { declareIdentities } from "./gcp/identities.ts";
import { declareRoles } from "./gcp/roles.ts";
import type { DatabaseAccess, MadeStores, MaybeOneStore } from "./made.ts";

/** What the accounts at stores of another stack are declared from. */
export interface AdoptedGcpStoresArgs extends MaybeOneStore {
	/** ID of the project: the buckets are in it. */
	readonly project: string;
	/** The Workload Identity pool by which the GKE cluster's pods are known. Default: the project's. */
	readonly pool?: pulumi.Input<string> | undefined;
}

/**
 * The buckets that another stack has made in Google Cloud, with service accounts and roles of this stack's own for the pods
 * that use them: what is needed to rebuild a lost cluster in a stack of its own. All else stays that stack's.
 */
export class AdoptedGcpStores extends pulumi.ComponentResource implements MadeStores {
	readonly access: Readonly<Record<string, DatabaseAccess>>;

	/** The preview fails where a bucket is not there. */
	constructor(name: string, args: AdoptedGcpStoresArgs, opts?: pulumi.ComponentResourceOptions) {
		super("mysql-dr:index:AdoptedGcpStores", name, {}, opts);
		const { near, far, project } = args;
		const provider = new Provider(name, { project, region: near.region }, { parent: this });
		const own = { parent: this, provider };

		const called = ownName(args.name);
		const roles = declareRoles(name, { called, project }, own);
		const found = [near, ...(far ? [far] : [])].map(({ bucket }) => [bucket, getBucketOutput({ name: bucket }, own)]);
		const shape = { called, project, pool: args.pool ?? `${project}.svc.id.goog`, roles };
		const buckets = Object.fromEntries(found);
		const access = args.databases.map((one) => [one.cluster, declareIdentities(one, { ...shape, buckets }, own)]);
		this.access = Object.fromEntries(access);

		this.registerOutputs({ near: near.bucket, far: far?.bucket ?? near.bucket });
	}
}

/** Roles and accounts are named by their stack's own words: those of whoever has made the buckets are there already. */
function ownName(called: string): string {
	const hash = createHash("sha256").update(`${pulumi.getProject()}/${pulumi.getStack()}`).digest("hex").slice(0, 6);
	return `${called}-${hash}`;
}
