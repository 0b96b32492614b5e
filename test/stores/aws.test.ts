/** Who may do what with the buckets in AWS: the policies that are declared, judged as IAM does. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
	bucketPolicy,
	keyPolicy,
	objectPolicy,
	overridePolicy,
	podTrust,
	principalTrust,
	replicationPolicy,
	webIdentityTrust,
} from "../../components/stores/aws/policies.ts";
import { identities, keysOf } from "../../components/stores/layout.ts";
import { type AwsRequest, type Decision, decide } from "./iam.ts";

const near = "arn:aws:s3:::company-near";
const far = "arn:aws:s3:::company-far";
const key = "arn:aws:kms:eu-central-1:1:key/mrk-1";
const role = (name: string) => `arn:aws:iam::1:role/${name}`;
const guarded = { key, jobs: [role("jobs"), role("other-jobs")], override: role("override") };

/** What each may by its own policies; an administrator may everything. */
const own = {
	archiver: [objectPolicy("archiver", "mysql", [near, far])],
	jobs: [objectPolicy("jobs", "mysql", [near, far])],
	restorer: [objectPolicy("restorer", "mysql", [near, far])],
	watchdog: [],
	override: [overridePolicy([near, far])],
	replication: [replicationPolicy(near, far)],
	administrator: [
		{
			Version: "2012-10-17",
			Statement: [{ Sid: "All", Effect: "Allow", Action: ["*"], Resource: ["*"] }],
		} as const,
	],
};
type Who = keyof typeof own;

const safely = { "aws:SecureTransport": "true", "s3:TlsVersion": "1.3" };

function judged(who: Who, action: string, path: string, context: AwsRequest["context"] = {}): Decision {
	const bucket = path.startsWith("far:") ? far : near;
	const object = path.replace(/^(near|far):/, "");
	const resource = object === "" ? bucket : `${bucket}/${object}`;
	const request = { principal: role(who), action: `s3:${action}`, resource };
	return decide(
		{ ...request, context: { ...safely, "aws:PrincipalArn": role(who), ...context } },
		{ identity: own[who], resource: bucketPolicy(bucket, guarded) },
	);
}

const segment = "near:archive/mysql/segments/1.segment";
const pack = "near:repository/mysql/data/ab/abc";
const entry = "near:backups/mysql/1.json";
const proof = "near:verified/mysql/1/2.json";

describe("of the buckets", () => {
	test.each<[Who, string, string, Decision]>([
		["archiver", "PutObject", segment, "allow"],
		["archiver", "PutObject", segment.replace("near:", "far:"), "allow"],
		["archiver", "PutObjectRetention", segment, "allow"],
		["archiver", "GetObject", segment, "allow"],
		["archiver", "GetObject", entry, "allow"],
		["archiver", "ListBucket", "near:", "allow"],
		["archiver", "DeleteObject", segment, "deny"],
		["archiver", "DeleteObjectVersion", segment, "deny"],
		["archiver", "BypassGovernanceRetention", segment, "deny"],
		["archiver", "PutObject", pack, "deny"],
		["archiver", "GetObject", pack, "deny"],
		["archiver", "PutObject", "near:archive/other/segments/1.segment", "deny"],
		["jobs", "PutObject", pack, "allow"],
		["jobs", "PutObject", entry, "allow"],
		["jobs", "PutObject", "near:evidence/restore/mysql/1.json", "allow"],
		["jobs", "PutObject", segment, "allow"],
		["jobs", "DeleteObject", pack, "allow"],
		["jobs", "DeleteObjectVersion", pack, "deny"],
		["jobs", "DeleteObjectVersion", segment, "allow"],
		["jobs", "DeleteObjectVersion", entry, "allow"],
		["jobs", "DeleteObjectVersion", proof, "allow"],
		["jobs", "DeleteObject", segment, "deny"],
		["jobs", "DeleteObject", entry, "allow"],
		["jobs", "BypassGovernanceRetention", segment, "deny"],
		["jobs", "DeleteObjectVersion", "near:evidence/restore/mysql/1.json", "deny"],
		["jobs", "DeleteObject", "near:repository/other/data/ab/abc", "deny"],
		["jobs", "PutBucketPolicy", "near:", "deny"],
		["restorer", "GetObject", segment, "allow"],
		["restorer", "GetObject", pack, "allow"],
		["restorer", "GetObject", entry, "allow"],
		["restorer", "ListBucket", "far:", "allow"],
		["restorer", "PutObject", segment, "deny"],
		["restorer", "PutObject", pack, "deny"],
		["restorer", "DeleteObject", pack, "deny"],
		["restorer", "DeleteObjectVersion", segment, "deny"],
		["watchdog", "GetObject", segment, "deny"],
		["watchdog", "PutObject", "near:evidence/failover/mysql/1.json", "deny"],
		["watchdog", "ListBucket", "near:", "deny"],
		["watchdog", "DeleteObject", pack, "deny"],
		["replication", "ReplicateObject", segment.replace("near:", "far:"), "allow"],
		["replication", "ReplicateDelete", segment.replace("near:", "far:"), "deny"],
		["replication", "PutObject", segment, "deny"],
		["administrator", "GetObject", segment, "allow"],
		["administrator", "DeleteObject", segment, "deny"],
		["administrator", "DeleteObjectVersion", segment, "deny"],
		["administrator", "BypassGovernanceRetention", segment, "deny"],
		["administrator", "DeleteBucket", "near:", "deny"],
		["override", "DeleteObjectVersion", segment, "allow"],
		["override", "BypassGovernanceRetention", segment, "allow"],
		["override", "PutObject", segment, "deny"],
	])("%s: %s of %s is %s", (who, action, path, expected) => {
		expect(judged(who, action, path)).toBe(expected);
	});

	test.each<[string, AwsRequest["context"], Decision]>([
		["without TLS", { "aws:SecureTransport": "false" }, "deny"],
		["by TLS 1.1", { "s3:TlsVersion": "1.1" }, "deny"],
		["with the bucket's key, named", { "s3:x-amz-server-side-encryption": "aws:kms" }, "allow"],
		["with S3's own key", { "s3:x-amz-server-side-encryption": "AES256" }, "deny"],
		["with another key", { "s3:x-amz-server-side-encryption-aws-kms-key-id": `${key}2` }, "deny"],
		["with this key", { "s3:x-amz-server-side-encryption-aws-kms-key-id": key }, "allow"],
		["with no word of a key", {}, "allow"],
	])("a write %s, %j, is told: %s", (_, context, expected) => {
		expect(judged("archiver", "PutObject", segment, context)).toBe(expected);
		expect(judged("administrator", "PutObject", segment, context)).toBe(expected);
	});

	test("without somebody who may override, nobody may", () => {
		const resource = bucketPolicy(near, { ...guarded, override: null });
		const request = { principal: role("override"), action: "s3:BypassGovernanceRetention", resource: `${near}/k` };
		const context = { ...safely, "aws:PrincipalArn": role("override") };
		expect(decide({ ...request, context }, { identity: own.administrator, resource })).toBe("deny");
	});

	test("no database's pods reach the keys of another's, whatever it is called", () => {
		const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/);
		const actions = ["GetObject", "PutObject", "DeleteObject", "DeleteObjectVersion"];
		fc.assert(
			fc.property(
				name,
				name,
				fc.constantFrom(...identities),
				fc.constantFrom(...actions),
				(mine, other, who, action) => {
					fc.pre(mine !== other);
					for (const prefix of Object.values(keysOf(other))) {
						const request = { principal: who, action: `s3:${action}`, resource: `${near}/${prefix}k`, context: safely };
						expect(decide(request, { identity: [objectPolicy(who, mine, [near])] })).toBe("deny");
					}
				},
			),
		);
	});
});

describe("of the keys", () => {
	test.each([
		["archiver", "kms:GenerateDataKey", "allow"],
		["jobs", "kms:Decrypt", "allow"],
		["restorer", "kms:Decrypt", "allow"],
		["restorer", "kms:GenerateDataKey", "deny"],
		["archiver", "kms:ScheduleKeyDeletion", "deny"],
	] as const)("%s: %s is %s", (who, action, expected) => {
		expect(decide({ principal: who, action, resource: key, context: {} }, { identity: [keyPolicy(who, [key])] })).toBe(
			expected,
		);
	});
});

describe("of the roles", () => {
	const place = { cluster: "mysql", namespace: "mysql" };
	const tags = (namespace: string, account: string, cluster = "prod") => ({
		"aws:RequestTag/eks-cluster-name": cluster,
		"aws:RequestTag/kubernetes-namespace": namespace,
		"aws:RequestTag/kubernetes-service-account": account,
	});

	test.each([
		["the archiver's own pods", tags("mysql", "mysql-archive"), "allow"],
		["the watchdog's", tags("mysql", "mysql-watchdog"), "deny"],
		["those of another namespace", tags("other", "mysql-archive"), "deny"],
		["those of another cluster", tags("mysql", "mysql-archive", "test"), "deny"],
		["somebody without tags", {}, "deny"],
	] as const)("the archiver's is for %s: %j", (_, context, expected) => {
		const trust = podTrust(place, "mysql-archive", "prod");
		const request = { principal: "pods.eks.amazonaws.com", action: "sts:AssumeRole", context };
		expect(decide(request, { identity: [], resource: trust })).toBe(expected);
	});

	test("by IRSA they are for the same pods", () => {
		const provider = "arn:aws:iam::1:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/E";
		const issuer = "oidc.eks.eu-central-1.amazonaws.com/id/E";
		const trust = webIdentityTrust(place, "mysql-archive", provider);
		const judge = (subject: string) =>
			decide(
				{
					...{ principal: provider, action: "sts:AssumeRoleWithWebIdentity" },
					context: { [`${issuer}:sub`]: subject, [`${issuer}:aud`]: "sts.amazonaws.com" },
				},
				{ identity: [], resource: trust },
			);
		expect(judge("system:serviceaccount:mysql:mysql-archive")).toBe("allow");
		expect(judge("system:serviceaccount:mysql:mysql-watchdog")).toBe("deny");
		expect(judge("system:serviceaccount:other:mysql-archive")).toBe("deny");
	});

	test("the override's is for those who are named, with or without MFA", () => {
		const resource = principalTrust([role("break-glass")]);
		const judge = (principal: string) =>
			decide({ principal, action: "sts:AssumeRole", context: {} }, { identity: [], resource });
		expect([judge(role("break-glass")), judge(role("jobs"))]).toEqual(["allow", "deny"]);
	});
});
