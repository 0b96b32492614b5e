/** The site's Kubernetes cluster: one that exists, or one that the stack makes. */
import { z } from "zod";
import { arn, list, project, words } from "./words.ts";

export const clusterSchema = z
	.enum(["local", "existing", "made", "eks", "gke"])
	.describe('write "local" for the site on this machine, "existing", or "made" for one that the stack makes')
	.default("existing");

/** What makes a cluster of the stack's own, whichever cloud it is in. */
const common = {
	name: words(
		"is not the name of a cluster",
		"write at most 40 small letters, digits and hyphens, beginning with a letter; by default it is the site's name",
		/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/,
	).optional(),
	nodesPerZone: z.number().int().positive({ error: "is none" }).describe("write how many, 1 or more").default(1),
	/** Nobody is let in by default: what is open to all of the Internet is open by somebody's own word. */
	reachableFrom: z
		.array(
			words(
				"is no range of addresses",
				'write a range such as "203.0.113.0/24"',
				/^\d{1,3}(\.\d{1,3}){3}\/(3[0-2]|[12]?\d)$/,
			),
		)
		.min(1, { error: "lets nobody in, Pulumi neither" })
		.describe("list the ranges of addresses from which Pulumi and operators reach the cluster, one a line"),
};

export const eksSchema = z
	.strictObject({
		...common,
		version: words("is no version of EKS", 'write a version such as "1.34", in quotes', /^1\.\d+$/).optional(),
		instanceType: words(
			"is no type of instance",
			'write a type such as "r7i.2xlarge"',
			/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/,
		).default("r7i.2xlarge"),
		admins: list(
			arn("iam:", "a role", "arn:aws:iam::111122223333:role/dba"),
			"roles that may do anything in the cluster",
		),
		subnets: list(
			words("is no subnet's ID", 'write an ID such as "subnet-0123456789abcdef0"', /^subnet-[0-9a-f]+$/),
			"private subnets with a way to the Internet, one for each of the zones, in their order",
		),
	})
	.describe("write the settings of EKS");

export const gkeSchema = z
	.strictObject({
		...common,
		project: project("the cluster is made in it; by default it is that of the stores").optional(),
		machineType: words(
			"is no type of machine",
			'write a type such as "n2-highmem-8"',
			/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/,
		).default("n2-highmem-8"),
		subnetwork: words(
			"is no subnetwork",
			'write one with a way to the Internet, such as "projects/company/regions/europe-west3/subnetworks/prod"',
			/^projects\/[^/]+\/regions\/[^/]+\/subnetworks\/[^/]+$/,
		).optional(),
	})
	.describe("write the settings of GKE");

/** A kubeconfig that another stack has as its output. */
export const referenceSchema = z
	.strictObject({
		stack: words("is no stack", 'write it whole: "organization/project/stack"', /^[^/\s]+\/[^/\s]+\/[^/\s]+$/),
		output: words("is empty", "write the output's name", /\S/).default("kubeconfig"),
	})
	.describe('write the stack that has the kubeconfig, such as { stack: "company/clusters/prod" }');
