import { LifecyclePolicy } from "@pulumi/aws/dlm/lifecyclePolicy.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { Provider } from "@pulumi/aws/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { partitionOf, serviceTrust } from "../stores/aws/policies.ts";
import { farTag } from "./profiles.ts";

/** What copies of EBS volumes in another region are declared from. */
export interface FarCopiesArgs {
	/** Regions. */
	readonly near: string;
	readonly far: string;
	/** Volumes with this value of the tag are copied. */
	readonly tag: string;
}

/** Days for which a copy is kept. */
const keptDays = 7;

/**
 * A snapshot a day of each volume that holds data, copied to the far region.
 *
 * They are snapshots of their own, besides those that the stack takes and boots: the Data Lifecycle Manager cannot manage,
 * and hence not copy, what others made (its guide, "Automate backups"; event-based policies copy shared snapshots only). A
 * volume is snapshot as a power cut would leave it, which InnoDB recovers from. Nobody has booted such a copy.
 */
export class FarCopies extends pulumi.ComponentResource {
	constructor(name: string, args: FarCopiesArgs, opts?: pulumi.ComponentResourceOptions) {
		super("mysql-dr:index:FarCopies", name, args, opts);
		const tags = { "mysql-dr:stack": pulumi.getStack() };
		const provider = new Provider(`${name}-copies`, { region: args.near, defaultTags: { tags } }, { parent: this });
		const own = { parent: this, provider };

		const { role, right } = declareRole(name, args, own);
		new LifecyclePolicy(
			`${name}-copies`,
			{
				description: `Volumes of ${args.tag}, copied to ${args.far}`,
				executionRoleArn: role.arn,
				policyDetails: {
					...{ policyType: "EBS_SNAPSHOT_MANAGEMENT", resourceTypes: ["VOLUME"], targetTags: { [farTag]: args.tag } },
					schedules: [schedule(args)],
				},
			},
			{ ...own, dependsOn: right },
		);

		this.registerOutputs({ far: args.far });
	}
}

/** What is copied can go here the day after. The tags come along: by them the driver may use a copy. */
function schedule({ far }: FarCopiesArgs) {
	return {
		name: "daily",
		createRule: { interval: 24, intervalUnit: "HOURS", times: "01:00" },
		retainRule: { count: 1 },
		copyTags: true,
		crossRegionCopyRules: [
			{ target: far, encrypted: true, copyTags: true, retainRule: { interval: keptDays, intervalUnit: "DAYS" } },
		],
	};
}

function declareRole(name: string, { near, tag }: FarCopiesArgs, opts: pulumi.CustomResourceOptions) {
	const assumeRolePolicy = JSON.stringify(serviceTrust("dlm.amazonaws.com"));
	const role = new Role(`${name}-copies`, { assumeRolePolicy, description: `Copies volumes of ${tag}` }, opts);
	const policyArn = `arn:${partitionOf(near)}:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole`;
	return { role, right: new RolePolicyAttachment(`${name}-copies`, { role: role.name, policyArn }, opts) };
}
