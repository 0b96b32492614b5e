/** The stores of `npm run cloud:smoke`: those of any stack, but that nothing of them is kept. */
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity.js";
import * as pulumi from "@pulumi/pulumi";
import { AwsStores } from "../../../components/stores/aws.ts";
import { GcpStores } from "../../../components/stores/gcp.ts";
import { duration } from "../../../objectives/index.ts";
import { readOrder, type SmokeOrder, smokeBuckets, smokeDatabase } from "../order.ts";
import { thrownAway } from "../throwAway.ts";

pulumi.runtime.registerResourceTransform(({ type, props, opts }) => thrownAway(type, props, opts));
declareStores(readOrder(process.env));

function declareStores(order: SmokeOrder): void {
	const day = duration("1d");
	const retention = { full: day, incremental: day, logical: day, archive: day };
	const [near, far] = smokeBuckets(order);
	const args = {
		...{ name: order.name, near, far, objectLock: { mode: "governance", days: 1 } as const },
		databases: [{ cluster: smokeDatabase, namespace: smokeDatabase, retention }],
	};
	if (order.cloud === "gcp") new GcpStores("stores", { ...args, project: order.project });
	else new AwsStores("stores", { ...args, cluster: order.name, oidcProvider: nobodysProvider() });
}

/** No pod of any cluster is to take the roles; by Pod Identity there would have to be a cluster. */
function nobodysProvider(): pulumi.Output<string> {
	return getCallerIdentityOutput().accountId.apply(
		(account) => `arn:aws:iam::${account}:oidc-provider/mysql-dr-smoke.invalid`,
	);
}
