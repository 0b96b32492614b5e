/** The cloud, and stores that the stack makes in it: `stores:` as a group of settings in place of a list. */
import { z } from "zod";
import { clouds } from "./cloud.ts";
import { arn, list, project, words } from "./words.ts";

export const cloudSchema = z.enum(clouds).describe("write the cloud");

const aws = z
	.strictObject({
		/** Of a cluster that exists; one that the stack makes is known. */
		cluster: words(
			"is not the name of an EKS cluster",
			"write the EKS cluster's name: its pods are given the rights to the stores",
			/^[a-zA-Z0-9][\w-]{0,99}$/,
		).optional(),
		/** With one, pods are known by IRSA instead of Pod Identity. */
		oidcProvider: arn(
			"iam:",
			"the cluster's OIDC provider",
			"arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE",
		).optional(),
		override: list(
			arn("iam:", "a role or user", "arn:aws:iam::111122223333:role/break-glass"),
			"who may take the role that may delete before the time",
		),
		alarms: list(
			arn("sns", "an SNS topic", "arn:aws:sns:eu-west-1:111122223333:dba"),
			"topics that alarms in their region tell, in place of the one that the stack makes there",
		),
	})
	.describe("write the settings of AWS");

const gcp = z
	.strictObject({
		project: project("the buckets are made in it, and its pods are known by it"),
		/** One bucket in both regions, in the place of two that are written to at once. */
		dualRegion: z.boolean().describe("write true for one bucket that lies in both regions").optional(),
		override: list(
			words(
				"is no principal",
				'write a principal, such as "group:dba@example.com"',
				/^(user|group|serviceAccount|principal|principalSet):.+$/,
			),
			"who may delete before the time",
		),
	})
	.describe("write the settings of Google Cloud");

export const madeStoresSchema = z
	.strictObject({
		/** With a region behind it no name is longer than the 63 characters that a bucket's may have. */
		bucket: words(
			"is not the beginning of a bucket's name",
			"write at most 38 small letters, digits and hyphens: the buckets are called so, each with its region behind it",
			/^[a-z0-9][a-z0-9-]{1,36}[a-z0-9]$/,
		),
		objectLock: z
			.enum(["governance", "compliance"])
			.describe("write who may delete before the time: some, or nobody")
			.default("governance"),
		/** Another stack has made them, and its cluster is lost: only identities are made, and no name. */
		adopt: z.boolean().describe("write true where another stack has made these stores").default(false),
		aws: aws.optional(),
		gcp: gcp.optional(),
	})
	.describe("write the beginning of the buckets' names and the settings of the cloud, or list stores that exist");
