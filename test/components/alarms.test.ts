/** Whom alarms tell: no alarm is declared that tells nobody. */
import { describe, expect, jest, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { alarmPlan } from "../../components/alarms.ts";
import { areas } from "../../objectives/cloud.ts";
import { type Cloud, clouds } from "../../objectives/index.ts";
import { declaredInCloud, inCloud } from "./declaredInCloud.ts";

const dns = {
	host: "mysql.company.com",
	aws: { zone: "Z0123456789ABCDEFGHIJ", check: "https://shop.company.com/health" },
	gcp: { zone: "company-com" },
};
const contacts = [
	{ role: "Primary DBA", name: "John Doe", email: "john.doe@company.com" },
	{ role: "Backup DBA", name: "Jane Smith", phone: "+1-555-0102", email: "jane.smith@company.com" },
	{ role: "Infrastructure", name: "On-call", phone: "+1-555-0100" },
];

const database = { name: "mysql", tier: "critical", volume: "2Gi", dns };
const configured = (cloud: Cloud, regions: unknown, alarms?: readonly string[]) =>
	inCloud({
		...{ cloud, regions, contacts, databases: [database] },
		stores: { bucket: "company", aws: { cluster: "prod", alarms }, gcp: { project: "company-prod" } },
	});

describe.each(Object.keys(areas).flatMap((area) => clouds.map((cloud) => [area, cloud] as const)))(
	"in %s of %s",
	(area, cloud) => {
		test("the stack is made of two regions, and every region with alarms has who is told", () => {
			const config = configured(cloud, area);
			const pair = areas[area]?.[cloud] ?? [];
			expect(new Set(pair).size).toBe(2);
			expect(config.stores.map(({ region }) => region)).toEqual(pair);
			expect(config.site.zones.every((zone) => zone.startsWith(pair[0] as string))).toBe(true);
			const expected = cloud === "aws" ? [...new Set([...pair, "us-east-1"])] : [];
			expect(alarmPlan(config).regions).toEqual(expected);
		});
	},
);

test.each([[undefined], [["arn:aws:sns:eu-west-1:1:dba"]], [["arn:aws:sns:ap-south-1:1:dba"]]])(
	"with topics %j every alarm tells somebody in its own region",
	async (topics) => {
		const stack = await declaredInCloud(configured("aws", "europe", topics));
		const alarms = stack.all("MetricAlarm");
		expect(alarms).toHaveLength(5);
		for (const { name, inputs } of alarms) {
			const { region, alarmActions, okActions } = inputs;
			const listed = topics?.filter((topic) => topic.includes(`:${region}:`)) ?? [];
			const told = listed.length > 0 ? listed : [`arn-of-alarms-${region}`];
			expect([name, alarmActions, okActions]).toEqual([name, told, told]);
		}
	},
);

test("each topic mails every contact that has an address", async () => {
	const stack = await declaredInCloud(configured("aws", "us"));
	expect(stack.all("Topic").map(({ inputs }) => inputs.region)).toEqual(["us-east-1", "us-west-2"]);
	const mailed = stack.all("TopicSubscription").map(({ inputs }) => [inputs.region, inputs.protocol, inputs.endpoint]);
	expect(mailed).toEqual(
		["us-east-1", "us-west-2"].flatMap((region) =>
			["john.doe@company.com", "jane.smith@company.com"].map((address) => [region, "email", address]),
		),
	);
});

test("Google Cloud has no alarm of the stack's, and so no topic", async () => {
	const stack = await declaredInCloud(configured("gcp", "europe"));
	expect(stack.resources.filter(({ type }) => /Topic|Alarm/.test(type))).toEqual([]);
});

test("where nobody has an address and no topic is listed, that is said", async () => {
	const warned = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
	await declaredInCloud(inCloud({ contacts: [{ role: "Primary DBA", name: "John Doe", phone: "+1-555-0101" }] }));
	expect(warned.mock.calls).toEqual([[expect.stringContaining("alarms in eu-central-1 and eu-west-1 tell nobody")]]);
	warned.mockRestore();
});
