/** Who may do what with the buckets in AWS: the policies that a stack declares, judged as IAM does. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { objectPolicy, type PolicyDocument } from "../../components/stores/aws/policies.ts";
import { identities, keysOf } from "../../components/stores/layout.ts";
import { declaredInCloud, inCloud } from "../components/declaredInCloud.ts";
import { arnOf, bucketPolicyOf, judge, policiesOf, trustOf } from "./declaredAws.ts";
import { type AwsRequest, type Decision, decide } from "./iam.ts";

const provider = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/E";
const aws = { cluster: "prod", override: ["arn:aws:iam::111122223333:role/break-glass"] };

/** A stack of two databases, with what a test wants different in its stores. */
const stackWith = (different: Record<string, unknown> = {}) =>
	declaredInCloud(inCloud({ stores: { bucket: "company", aws, ...different } }));
const stack = await stackWith();
const adopting = await stackWith({ adopt: true });
const without = await stackWith({ aws: { cluster: "prod" } });
const irsa = await stackWith({ aws: { ...aws, oidcProvider: provider } });
const buckets = { near: "arn:aws:s3:::company-eu-central-1", far: "arn:aws:s3:::company-eu-west-1" };
const key = (region: string) => `arn:aws:kms:${region}:111122223333:key/mrk-stores`;
const keys = { near: key("eu-central-1"), far: key("eu-west-1") };

const all: PolicyDocument = {
	Version: "2012-10-17",
	Statement: [{ Sid: "All", Effect: "Allow", Action: ["*"], Resource: ["*"] }],
};
/** The roles that the stack declares; the watchdog has none; and somebody who may everything. */
const roles = {
	archiver: "mysql-archiver",
	jobs: "mysql-jobs",
	restorer: "mysql-restorer",
	override: "stores-override",
	replication: "stores-replication",
} as const;
type Who = keyof typeof roles | "watchdog" | "administrator";

const isRole = (who: Who): who is keyof typeof roles => Object.hasOwn(roles, who);
const principalOf = (who: Who) => (isRole(who) ? arnOf(stack, roles[who]) : `arn:aws:iam::111122223333:role/${who}`);

function identityOf(who: Who): readonly PolicyDocument[] {
	if (isRole(who)) return policiesOf(stack, roles[who]);
	return who === "administrator" ? [all] : [];
}

function judged(who: Who, action: string, path: string, context: AwsRequest["context"] = {}): Decision {
	const side = path.startsWith("far:") ? "far" : "near";
	const object = path.replace(/^(near|far):/, "");
	const resource = object === "" ? buckets[side] : `${buckets[side]}/${object}`;
	const asking = { principal: principalOf(who), identity: identityOf(who), key: keys[side] };
	const request = { principal: asking.principal, action: `s3:${action}`, resource, context };
	return judge({ ...asking, resource: bucketPolicyOf(stack, side) }, request);
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
		// It reads what it is to judge, which is encrypted.
		["override", "GetObject", segment, "allow"],
		["override", "GetObjectVersion", segment.replace("near:", "far:"), "allow"],
		["override", "ListBucketVersions", "near:", "allow"],
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
		["with another key", { "s3:x-amz-server-side-encryption-aws-kms-key-id": `${keys.near}2` }, "deny"],
		["with this key", { "s3:x-amz-server-side-encryption-aws-kms-key-id": keys.near }, "allow"],
		["with no word of a key", {}, "allow"],
	])("a write %s, %j, is told: %s", (_, context, expected) => {
		expect(judged("archiver", "PutObject", segment, context)).toBe(expected);
		expect(judged("administrator", "PutObject", segment, context)).toBe(expected);
	});

	test("without somebody who may override, nobody may", () => {
		const principal = arnOf(stack, roles.override);
		const request = { principal, action: "s3:BypassGovernanceRetention", resource: `${buckets.near}/k`, context: {} };
		const resource = bucketPolicyOf(without, "near");
		expect(judge({ principal, identity: [all], resource, key: keys.near }, request)).toBe("deny");
	});

	test.each<[string, string, Decision]>([
		["mysql-jobs", "DeleteObjectVersion", "allow"],
		["mysql-jobs", "GetObject", "allow"],
		["mysql-archiver", "DeleteObjectVersion", "deny"],
		["mysql-restorer", "GetObject", "allow"],
	])("a stack that adopts them brings roles that they know: %s: %s is %s", (role, action, expected) => {
		const principal = arnOf(adopting, role);
		const request = {
			...{ principal, action: `s3:${action}`, context: {} },
			resource: `${buckets.near}/archive/mysql/segments/1.segment`,
		};
		const key = "arn:aws:kms:eu-central-1:111122223333:key/mrk-1";
		const asking = { principal, identity: policiesOf(adopting, role), resource: bucketPolicyOf(stack, "near"), key };
		expect(judge(asking, request)).toBe(expected);
	});

	test("a role of that name elsewhere is not one of them", () => {
		const principal = "arn:aws:iam::111122223333:role/other/mysql-jobs";
		const request = { principal, action: "s3:DeleteObjectVersion", resource: `${buckets.near}/k`, context: {} };
		const resource = bucketPolicyOf(stack, "near");
		expect(judge({ principal, identity: [all], resource, key: keys.near }, request)).toBe("deny");
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
						const request = {
							principal: who,
							action: `s3:${action}`,
							resource: `${buckets.near}/${prefix}k`,
							context: {},
						};
						expect(decide(request, { identity: [objectPolicy(who, mine, [buckets.near])] })).toBe("deny");
					}
				},
			),
		);
	});
});

describe("of the keys", () => {
	test.each<[Who, string, Decision]>([
		["archiver", "kms:GenerateDataKey", "allow"],
		["jobs", "kms:Decrypt", "allow"],
		["restorer", "kms:Decrypt", "allow"],
		["restorer", "kms:GenerateDataKey", "deny"],
		["archiver", "kms:ScheduleKeyDeletion", "deny"],
		["override", "kms:Decrypt", "allow"],
		["override", "kms:GenerateDataKey", "deny"],
		["override", "kms:ScheduleKeyDeletion", "deny"],
		["watchdog", "kms:Decrypt", "deny"],
	])("%s: %s is %s", (who, action, expected) => {
		const request = { principal: principalOf(who), action, resource: keys.near, context: {} };
		expect(decide(request, { identity: identityOf(who) })).toBe(expected);
	});
});

describe("of the roles", () => {
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
		const trust = trustOf(stack, roles.archiver);
		const request = { principal: "pods.eks.amazonaws.com", action: "sts:AssumeRole", context };
		expect(decide(request, { identity: [], resource: trust })).toBe(expected);
	});

	test("by IRSA they are for the same pods", () => {
		const issuer = "oidc.eks.eu-central-1.amazonaws.com/id/E";
		const trust = trustOf(irsa, roles.archiver);
		const take = (subject: string) =>
			decide(
				{
					...{ principal: provider, action: "sts:AssumeRoleWithWebIdentity" },
					context: { [`${issuer}:sub`]: subject, [`${issuer}:aud`]: "sts.amazonaws.com" },
				},
				{ identity: [], resource: trust },
			);
		expect(take("system:serviceaccount:mysql:mysql-archive")).toBe("allow");
		expect(take("system:serviceaccount:mysql:mysql-watchdog")).toBe("deny");
		expect(take("system:serviceaccount:other:mysql-archive")).toBe("deny");
	});

	test("the override's is for those who are named, with or without MFA", () => {
		const resource = trustOf(stack, roles.override);
		const take = (principal: string) =>
			decide({ principal, action: "sts:AssumeRole", context: {} }, { identity: [], resource });
		expect([take(aws.override[0] as string), take(principalOf("jobs"))]).toEqual(["allow", "deny"]);
	});
});
