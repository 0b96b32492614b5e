import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm.js";
import { Provider } from "@pulumi/aws/provider.js";
import { HealthCheck } from "@pulumi/aws/route53/healthCheck.js";
import { Record as Route53Record } from "@pulumi/aws/route53/record.js";
import * as pulumi from "@pulumi/pulumi";
import { recordLifetime } from "../../objectives/index.ts";

/** What a name in Route 53 is declared from. */
export interface Route53NameArgs {
	/** What applications use: `mysql.example.com`. */
	readonly host: string;
	/** Where it leads at first: the host's name of a load balancer. */
	readonly address: pulumi.Input<string>;
	/** Of the site. */
	readonly region: string;
	/** ID of the hosted zone. */
	readonly zone: string;
	/** `https://…`, a page that needs the database; asked from all over the world. Default: nothing is asked. */
	readonly check?: string | undefined;
	/** ARNs of SNS topics in {@link figuresRegion}, told when the page does not answer. */
	readonly alarms: readonly pulumi.Input<string>[];
}

/**
 * The name of a database in Route 53.
 *
 * *Ownership*: it is made here, and from then on where it leads belongs to whoever promotes a site: an update never leads
 * applications back. It is protected, and stays when the stack goes, since another site may be behind it by then.
 *
 * The health check tells, and moves nobody. A failover or weighted record with a check would: to a site that nobody has
 * promoted, which is read-only at best (Route 53 takes records of weight 0 once all others are unhealthy).
 */
export class Route53Name extends pulumi.ComponentResource {
	constructor(name: string, args: Route53NameArgs, opts?: pulumi.ComponentResourceOptions) {
		super("mysql-dr:index:Route53Name", name, args, opts);
		const tags = { "mysql-dr:stack": pulumi.getStack() };
		const provider = new Provider(`${name}-dns`, { region: args.region, defaultTags: { tags } }, { parent: this });
		const own = { parent: this, provider };

		declareRecord(name, args, own);
		if (args.check !== undefined) declareCheck(name, args, new URL(args.check), own);

		this.registerOutputs({ host: args.host });
	}
}

function declareRecord(
	name: string,
	{ host, zone, address }: Route53NameArgs,
	opts: pulumi.CustomResourceOptions,
): Route53Record {
	// The lifetime as well: to change it would write the record anew, with the address that was known when it was made.
	return new Route53Record(
		name,
		{ zoneId: zone, name: host, type: "CNAME", ttl: recordLifetime, records: [address] },
		{ ...opts, ignoreChanges: ["records", "ttl"], protect: true, retainOnDelete: true },
	);
}

/** Three failures in a row at 10 s: known before anybody has called. */
function declareCheck(
	name: string,
	{ host, alarms }: Route53NameArgs,
	page: URL,
	opts: pulumi.CustomResourceOptions,
): void {
	const check = new HealthCheck(
		name,
		{
			...{ type: "HTTPS", fqdn: page.hostname, port: Number(page.port || 443), enableSni: true },
			resourcePath: `${page.pathname}${page.search}`,
			...{ requestInterval: 10, failureThreshold: 3, tags: { Name: host } },
		},
		opts,
	);
	const told = [...alarms];
	new MetricAlarm(
		`${name}-unreachable`,
		{
			...{ region: figuresRegion, namespace: "AWS/Route53", metricName: "HealthCheckStatus", statistic: "Minimum" },
			...{ dimensions: { HealthCheckId: check.id }, period: 60, evaluationPeriods: 1 },
			...{ comparisonOperator: "LessThanThreshold", threshold: 1, treatMissingData: "breaching" },
			...{ alarmActions: told, okActions: told, alarmDescription: `${page.href} does not answer: it needs ${host}` },
		},
		opts,
	);
}

/** The region that has Route 53's figures, and so the alarm, wherever the rest is. */
export const figuresRegion = "us-east-1";
