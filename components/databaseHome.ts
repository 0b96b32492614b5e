import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Duration, Plan, Settings, Size } from "../objectives/index.ts";
import { declareClaims, shrinkRefusal } from "./mysql/claims.ts";
import { declareNetworkPolicies } from "./mysql/networkPolicies.ts";
import { labels, metadata, type Place, sameFieldManager, settingsKey, settingsName } from "./naming.ts";
import { restrictedNamespace } from "./podSecurity.ts";
import { settingsText } from "./settings.ts";

/** What the home of one database is declared from. */
export interface DatabaseHomeArgs extends Place {
	/** What is promised. */
	readonly rto: Duration;
	readonly rpo: Duration;
	readonly plan: Plan;
	/** What the runtime is told: written to the ConfigMap `mysql-settings`. */
	readonly settings: Settings;
	/** Size of each instance's volume. It may grow in place; a smaller one is refused at preview. */
	readonly volume: Size;
	/** The watchdog may make the volumes larger, and a later update leaves them as large as they are. Default: false. */
	readonly grows?: boolean | undefined;
	/** Default: the cluster's default class. It must allow expansion, and should retain volumes. */
	readonly storageClass?: string | undefined;
	/** Where the database stands in the configuration, for messages: `databases[0]`. Default: its name. */
	readonly setting?: string | undefined;
	/** Who may reach MySQL's port. Default: everybody; accounts, passwords and TLS guard it. */
	readonly clients?: readonly k8s.types.input.networking.v1.NetworkPolicyPeer[] | undefined;
}

/**
 * What stays of a database when every pod is gone: its namespace, the claims that hold its data, its settings, and who
 * may connect. Watchdog and MySQL are made in it.
 *
 * *Data*: claims and namespace are kept in the cluster when the stack is destroyed, and the claims are protected besides
 * (`pulumi state unprotect` first). To delete the data too, delete the namespace by hand.
 */
export class DatabaseHome extends pulumi.ComponentResource {
	constructor(name: string, args: DatabaseHomeArgs, opts?: pulumi.ComponentResourceOptions) {
		const refusal = shrinkRefusal(name, `${args.setting ?? name}.volume`);
		super("mysql-dr:index:DatabaseHome", name, args, { ...opts, hooks: { ...opts?.hooks, beforeUpdate: [refusal] } });
		const place: Place = { cluster: args.cluster, namespace: args.namespace };
		const instances = args.plan.topology.instances;

		const namespace = declareNamespace(name, place, { parent: this });
		const hooks = { beforeUpdate: [refusal] };
		const claims = declareClaims(name, { ...args, place, instances }, { parent: this, dependsOn: namespace, hooks });
		// After the claims, so that a refused size has changed nothing even where the preview was skipped.
		const after = { parent: this, dependsOn: [namespace, ...claims] };
		declareSettings(name, place, args.settings, after);
		declareNetworkPolicies(name, place, args.clients, after);

		this.registerOutputs({ namespace: args.namespace });
	}
}

/** Kept when the stack goes: deleting a namespace deletes the claims in it. */
function declareNamespace(name: string, place: Place, opts: pulumi.CustomResourceOptions) {
	return new k8s.core.v1.Namespace(
		name,
		{
			metadata: {
				name: place.namespace,
				labels: { ...labels(place, "database"), ...restrictedNamespace },
				annotations: { ...sameFieldManager },
			},
		},
		{ ...opts, retainOnDelete: true },
	);
}

function declareSettings(name: string, place: Place, settings: Settings, opts: pulumi.CustomResourceOptions) {
	return new k8s.core.v1.ConfigMap(
		`${name}-settings`,
		{
			metadata: metadata(place, "database", settingsName),
			data: { [settingsKey]: settingsText(settings) },
		},
		opts,
	);
}
