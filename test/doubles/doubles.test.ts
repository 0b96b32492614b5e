/** The doubles can fail: each kind of mistake is refused, and named. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Double, startDouble } from "./call.ts";
import { unknownValue } from "./check.ts";

let aws: Double;
let gcp: Double;
beforeAll(async () => {
	[aws, gcp] = await Promise.all([startDouble("aws"), startDouble("gcp")]);
});
afterAll(() => {
	aws?.stop();
	gcp?.stop();
});

const versioning = (inputs: object) => aws.check("aws:s3/bucketVersioning:BucketVersioning", { ...inputs });
const fits = { bucket: "b", versioningConfiguration: { status: "Enabled" } };

describe("a double", () => {
	test("accepts what fits, also what is not known yet", async () => {
		expect(await versioning(fits)).toEqual([]);
		expect(await versioning({ ...fits, bucket: unknownValue })).toEqual([]);
	});

	test.each([
		["an unknown property", { ...fits, buket: "b" }, "buket is unknown"],
		[
			"an unknown property within",
			{ ...fits, versioningConfiguration: { status: "Enabled", stat: "x" } },
			"versioningConfiguration.stat is unknown",
		],
		["a property of another type", { ...fits, bucket: 3 }, "bucket number 3 is no string"],
		["a group in place of a text", { ...fits, bucket: { name: "b" } }, "bucket a group is no string"],
		["a missing property", { versioningConfiguration: { status: "Enabled" } }, "bucket is required and missing"],
		[
			"a missing property within",
			{ ...fits, versioningConfiguration: {} },
			"versioningConfiguration.status is required and missing",
		],
		[
			"a value that the documentation does not list",
			{ ...fits, versioningConfiguration: { status: "enabled" } },
			'versioningConfiguration.status "enabled" is none of Enabled, Suspended, Disabled',
		],
	])("refuses %s", async (_title, inputs, problem) => {
		expect(await versioning(inputs)).toEqual([problem]);
	});

	test("knows what a list's next sentence adds, and no more", async () => {
		const told = (protocol: string) =>
			aws.check("aws:sns/topicSubscription:TopicSubscription", { topic: "t", endpoint: "e", protocol });
		expect([await told("sqs"), await told("email")]).toEqual([[], []]);
		expect(await told("pigeon")).toEqual([expect.stringContaining('protocol "pigeon" is none of sqs, sms, lambda')]);
	});

	test("refuses a list's entry, by its place", async () => {
		const rules = [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }, { bucketKey: true }];
		expect(
			await aws.check("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", {
				bucket: "b",
				rules,
			}),
		).toEqual(["rules[1].bucketKey is unknown"]);
	});

	test("refuses deprecated properties and resources, with what to use instead", async () => {
		expect(await aws.check("aws:s3/bucket:Bucket", { versioning: { enabled: true } })).toEqual([
			expect.stringMatching(/^versioning is deprecated: .*BucketVersioning/),
		]);
		expect(await aws.check("aws:s3/bucketV2:BucketV2", {})).toEqual([
			expect.stringMatching(/^aws:s3\/bucketV2:BucketV2 is deprecated/),
		]);
	});

	test("refuses two that exclude each other", async () => {
		expect(await aws.check("aws:s3/bucket:Bucket", { bucket: "b", bucketPrefix: "b" })).toEqual([
			"bucketPrefix conflicts with bucket",
		]);
	});

	test("refuses a resource that the SDK does not have", async () => {
		expect(await gcp.check("gcp:storage/buket:Buket", {})).toEqual([
			expect.stringMatching(/^gcp \S+ has no resource gcp:storage\/buket:Buket$/),
		]);
	});

	test("knows at a preview what was given, and nothing that the cloud computes", async () => {
		const bucket = await gcp.preview("gcp:storage/bucket:Bucket", { name: "b", location: "EU" });
		expect(bucket).toMatchObject({ name: "b", location: "EU", selfLink: unknownValue, url: unknownValue });
		expect(bucket).not.toHaveProperty("customPlacementConfig");
	});

	test("answers only what somebody has written an answer to", async () => {
		const agent = "gcp:storage/getProjectServiceAccount:getProjectServiceAccount";
		expect(await gcp.invoke(agent, { project: "p" })).toHaveProperty("emailAddress");
		await expect(gcp.invoke(agent, { proj: "p" })).rejects.toThrow("proj is unknown");
		await expect(aws.invoke("aws:index/getRegion:getRegion", {})).rejects.toThrow("no answer");
	});
});
