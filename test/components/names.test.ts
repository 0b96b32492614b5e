/** The names by which applications reach databases. */
import { describe, expect, test } from "@jest/globals";
import { parseConfig, recordLifetime } from "../../objectives/index.ts";
import { database, declared } from "./declared.ts";
import type { Registered } from "./recorder.ts";

const dns = {
	host: "mysql.company.com",
	aws: { zone: "Z0123456789ABCDEFGHIJ", check: "https://shop.company.com/health?deep=1" },
	gcp: { zone: "company-com" },
};
const topics = ["eu-west-1", "us-east-1"].map((region) => `arn:aws:sns:${region}:1:dba`);

/** A stack whose database has a name, with what a test wants different. */
const configured = (different: Record<string, unknown> = {}, own: Record<string, unknown> = { dns }) =>
	parseConfig({
		cloud: "aws",
		regions: "europe",
		site: { name: "test", expose: "LoadBalancer" },
		databases: [database(own)],
		stores: { bucket: "company", aws: { cluster: "prod", alarms: topics }, gcp: { project: "company-prod" } },
		contacts: [{ role: "Primary DBA", name: "John Doe", email: "john.doe@company.com" }],
		images: { runtime: "mysql-dr/runtime:test" },
		...different,
	});

describe("the record", () => {
	const skipped = ({ inputs }: Registered) => inputs.metadata.annotations?.["pulumi.com/skipAwait"];

	test.each([
		["aws", "Record", "records", { name: "mysql.company.com", type: "CNAME", zoneId: "Z0123456789ABCDEFGHIJ" }],
		["gcp", "RecordSet", "rrdatas", { name: "mysql.company.com.", type: "A", managedZone: "company-com" }],
	])("in %s is made once; where it leads is not the stack's afterwards", async (cloud, kind, leads, inputs) => {
		const record = (await declared(configured({ cloud }))).one(kind);
		expect(record.inputs).toMatchObject({ ...inputs, ttl: recordLifetime });
		expect(record).toMatchObject({ protect: true, retainOnDelete: true });
		expect(record.ignoreChanges).toEqual([leads, "ttl"]);
	});

	test("leads to the primary's load balancer, whose address is waited for", async () => {
		const stack = await declared(configured());
		expect(stack.one("Record").inputs.records).toEqual(["balancer-of-mysql-primary"]);
		expect(skipped(stack.one("Service", "mysql-primary"))).toBeUndefined();
		expect(skipped(stack.one("Service", "mysql-replicas"))).toBe("true");
	});

	test("is declared only where there is a name, and then nothing is waited for", async () => {
		const stack = await declared(configured({}, {}));
		expect(stack.all("Record")).toEqual([]);
		expect(skipped(stack.one("Service", "mysql-primary"))).toBe("true");
	});
});

describe("the health check", () => {
	test("asks the page, and moves nobody: the record does not know it", async () => {
		const stack = await declared(configured());
		const page = { type: "HTTPS", fqdn: "shop.company.com", port: 443, resourcePath: "/health?deep=1" };
		expect(stack.one("HealthCheck").inputs).toMatchObject(page);
		expect(stack.one("Record").inputs).not.toHaveProperty("healthCheckId");
		expect(stack.one("Record").inputs).not.toHaveProperty("failoverRoutingPolicies");
	});

	test("tells the contacts where nobody listens there", async () => {
		const { alarms, ...aws } = { cluster: "prod", alarms: topics.slice(0, 1) };
		const contacts = [{ role: "Primary DBA", name: "John Doe", email: "john.doe@company.com" }];
		const stack = await declared(configured({ contacts, stores: { bucket: "company", aws: { ...aws, alarms } } }));
		const alarm = stack.all("MetricAlarm").find(({ name }) => name === "mysql-unreachable");
		expect(alarm?.inputs.alarmActions).toEqual(["arn-of-alarms-us-east-1"]);
	});

	test("is left to the stack that made the stores, with the record", async () => {
		const stores = { bucket: "company", adopt: true, aws: { cluster: "prod" } };
		const stack = await declared(configured({ stores }));
		expect([...stack.all("Record"), ...stack.all("HealthCheck"), ...stack.all("MetricAlarm")]).toEqual([]);
		expect(stack.all("Topic")).toEqual([]);
	});

	test("tells those who listen where Route 53's figures are", async () => {
		const stack = await declared(configured());
		const alarm = stack.all("MetricAlarm").find(({ name }) => name === "mysql-unreachable");
		expect(alarm?.inputs).toMatchObject({ region: "us-east-1", alarmActions: [topics[1]], threshold: 1 });
	});
});

test.each([
	["aws", { "service.beta.kubernetes.io/aws-load-balancer-internal": "true" }],
	["gcp", { "networking.gke.io/load-balancer-type": "Internal" }],
])("load balancers in %s are of the inner network", async (cloud, annotations) => {
	const stack = await declared(configured({ cloud }));
	for (const name of ["mysql-primary", "mysql-replicas"])
		expect(stack.one("Service", name).inputs.metadata.annotations).toMatchObject(annotations);
});
