import { RecordSet } from "@pulumi/gcp/dns/recordSet.js";
import { Provider } from "@pulumi/gcp/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { recordLifetime } from "../../objectives/index.ts";

/** What a name in Cloud DNS is declared from. */
export interface CloudDnsNameArgs {
	/** What applications use: `mysql.example.com`. */
	readonly host: string;
	/** Where it leads at first: the address of a load balancer. */
	readonly address: pulumi.Input<string>;
	/** Name of the managed zone, and ID of its project. */
	readonly zone: string;
	readonly project: string;
}

/**
 * The name of a database in Cloud DNS.
 *
 * *Ownership*: it is made here, and from then on where it leads belongs to whoever promotes a site: an update never leads
 * applications back. It is protected, and stays when the stack goes, since another site may be behind it by then.
 */
export class CloudDnsName extends pulumi.ComponentResource {
	constructor(name: string, args: CloudDnsNameArgs, opts?: pulumi.ComponentResourceOptions) {
		super("mysql-dr:index:CloudDnsName", name, args, opts);
		const { host, address, zone: managedZone, project } = args;
		const provider = new Provider(`${name}-dns`, { project }, { parent: this });

		// The lifetime as well: to change it would write the record anew, with the address that was known when it was made.
		new RecordSet(
			name,
			{ project, managedZone, name: `${host}.`, type: "A", ttl: recordLifetime, rrdatas: [address] },
			{ parent: this, provider, ignoreChanges: ["rrdatas", "ttl"], protect: true, retainOnDelete: true },
		);

		this.registerOutputs({ host });
	}
}
