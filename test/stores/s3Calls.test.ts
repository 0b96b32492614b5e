/** What the stack declares of its buckets is understood by S3's own calls, and does what it is declared for (moto). */
import { randomUUID } from "node:crypto";
import {
	CreateBucketCommand,
	DeleteObjectCommand,
	GetBucketLifecycleConfigurationCommand,
	GetBucketPolicyCommand,
	GetBucketReplicationCommand,
	GetObjectLockConfigurationCommand,
	HeadObjectCommand,
	type LifecycleRule,
	ListObjectVersionsCommand,
	type ObjectLockRule,
	PutBucketLifecycleConfigurationCommand,
	PutBucketPolicyCommand,
	PutBucketReplicationCommand,
	PutBucketVersioningCommand,
	PutObjectCommand,
	PutObjectLockConfigurationCommand,
	type ReplicationRule,
	type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { declaredInCloud, inCloud } from "../components/declaredInCloud.ts";
import { MotoServer, moto } from "./moto.ts";
import { sdkWords } from "./sdkWords.ts";

const python = await moto();

(python === undefined ? describe.skip : describe)("a bucket of S3 (moto)", () => {
	let server: MotoServer;
	let s3: S3Client;
	const Bucket = "company-eu-central-1";
	/** Inputs of a bucket's resource of this kind; default: the near one's. */
	let inputs: (kind: string, region?: string) => Record<string, unknown>;

	beforeAll(async () => {
		const stack = await declaredInCloud(inCloud());
		inputs = (kind, region = "eu-central-1") => {
			const found = stack.all(kind).find(({ inputs }) => inputs.region === region);
			if (!found) throw new Error(`no ${kind} is declared`);
			return found.inputs;
		};
		server = await MotoServer.up(python as string);
		s3 = server.clientIn("eu-central-1");
		for (const LocationConstraint of ["eu-central-1", "eu-west-1"] as const) {
			const name = `company-${LocationConstraint}`;
			const client = server.clientIn(LocationConstraint);
			await client.send(
				new CreateBucketCommand({
					...{ Bucket: name, ObjectLockEnabledForBucket: true },
					CreateBucketConfiguration: { LocationConstraint },
				}),
			);
			const { versioningConfiguration } = inputs("BucketVersioning");
			const VersioningConfiguration = sdkWords(versioningConfiguration) as { Status: "Enabled" };
			await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
		}
	});
	afterAll(() => server?.stop());

	test("takes the lifecycle as it is declared, and says it back", async () => {
		const Rules = sdkWords(inputs("BucketLifecycleConfiguration").rules) as LifecycleRule[];
		expect(Rules.length).toBeGreaterThan(2);
		await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
		const said = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
		expect(said.Rules).toEqual(Rules.map((rule) => expect.objectContaining(rule)));
	});

	// It says no prefixes back.
	test("takes the replication as it is declared, and knows its rules", async () => {
		const { role: Role, rules } = inputs("BucketReplicationConfig");
		const Rules = sdkWords(rules) as ReplicationRule[];
		const ReplicationConfiguration = { Role: `${Role}`, Rules };
		await s3.send(new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration }));
		const { ReplicationConfiguration: said } = await s3.send(new GetBucketReplicationCommand({ Bucket }));
		expect(said?.Rules?.map(({ ID, Status, Priority }) => [ID, Status, Priority])).toEqual([
			["archive", "Enabled", 1],
			["evidence", "Enabled", 2],
		]);
	});

	// It reads no conditions, and would let nobody write then: the far bucket, to which nothing is written here.
	test("takes the policy as it is declared, and says it back", async () => {
		const far = { Bucket: "company-eu-west-1" };
		const Policy = `${inputs("BucketPolicy", "eu-west-1").policy}`;
		const client = server.clientIn("eu-west-1");
		await client.send(new PutBucketPolicyCommand({ ...far, Policy }));
		const said = await client.send(new GetBucketPolicyCommand(far));
		expect(JSON.parse(said.Policy ?? "")).toEqual(JSON.parse(Policy));
	});

	test("locks by default what nobody locks himself, as it is declared: also from who names the version", async () => {
		const Rule = sdkWords(inputs("BucketObjectLockConfiguration").rule) as ObjectLockRule;
		const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled", Rule } as const;
		await s3.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
		const said = await s3.send(new GetObjectLockConfigurationCommand({ Bucket }));
		expect(said.ObjectLockConfiguration?.Rule).toMatchObject(Rule);

		const Key = `repository/mysql/data/${randomUUID()}`;
		const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: "restic's" }));
		const { ObjectLockMode } = await s3.send(new HeadObjectCommand({ Bucket, Key }));
		expect(ObjectLockMode).toBe("GOVERNANCE");
		await expect(s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }))).rejects.toMatchObject({
			$metadata: { httpStatusCode: 403 },
		});
		await s3.send(new DeleteObjectCommand({ Bucket, Key }));
		const { Versions, DeleteMarkers } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }));
		expect([Versions?.map((one) => one.VersionId), DeleteMarkers?.length]).toEqual([[VersionId], 1]);
	});
});
