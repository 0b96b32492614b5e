/** The evaluator itself: each rule of IAM that it knows, and that it refuses what it does not. */
import { describe, expect, test } from "@jest/globals";
import type { PolicyDocument, Statement } from "../../components/stores/aws/policies.ts";
import { type AwsRequest, decide, like } from "./iam.ts";

const allow: Statement = { Sid: "A", Effect: "Allow", Action: ["s3:Get*"], Resource: ["arn:aws:s3:::b/*"] };
const policy = (...Statement: Statement[]): PolicyDocument => ({ Version: "2012-10-17", Statement });
const get: AwsRequest = { principal: "me", action: "s3:GetObject", resource: "arn:aws:s3:::b/k", context: {} };
const with_ = (Condition: NonNullable<Statement["Condition"]>, context: Record<string, string>) =>
	decide({ ...get, context }, { identity: [policy({ ...allow, Condition })] });

describe("the evaluator", () => {
	test("denies what nobody allows", () => {
		expect(decide(get, { identity: [] })).toBe("deny");
		expect(decide({ ...get, action: "s3:PutObject" }, { identity: [policy(allow)] })).toBe("deny");
		expect(decide({ ...get, resource: "arn:aws:s3:::other/k" }, { identity: [policy(allow)] })).toBe("deny");
	});

	test("allows what either policy does", () => {
		expect(decide(get, { identity: [policy(allow)] })).toBe("allow");
		const resource = policy({ ...allow, Principal: { AWS: ["me"] } });
		expect(decide(get, { identity: [], resource })).toBe("allow");
		expect(decide({ ...get, principal: "you" }, { identity: [], resource })).toBe("deny");
	});

	test("lets an explicit deny win over any allow", () => {
		const resource = policy({ ...allow, Effect: "Deny", Principal: "*" });
		expect(decide(get, { identity: [policy(allow)], resource })).toBe("deny");
	});

	test("reads wildcards, and nothing else as a pattern", () => {
		expect(like("s3:*", "s3:GetObject")).toBe(true);
		expect(like("a?c", "abc")).toBe(true);
		expect(like("a.c", "abc")).toBe(false);
		expect(like("a*", "b")).toBe(false);
	});

	test.each([
		[{ StringEquals: { k: "v" } }, { k: "v" }, "allow"],
		[{ StringEquals: { k: "v" } }, {}, "deny"],
		[{ StringNotEquals: { k: "v" } }, { k: "v" }, "deny"],
		[{ StringNotEquals: { k: "v" } }, {}, "allow"],
		[{ ArnNotLike: { k: ["r", "s/*"] } }, { k: "s/1" }, "deny"],
		[{ ArnNotLike: { k: ["r", "s/*"] } }, { k: "t/1" }, "allow"],
		[{ ArnNotLike: { k: ["r", "s/*"] } }, {}, "allow"],
		[{ Null: { k: "false" } }, {}, "deny"],
		[{ Null: { k: "false" } }, { k: "v" }, "allow"],
		[{ Bool: { k: "false" } }, { k: "true" }, "deny"],
		[{ NumericLessThan: { k: "1.2" } }, { k: "1.1" }, "allow"],
		[{ NumericLessThan: { k: "1.2" } }, { k: "1.3" }, "deny"],
		[{ Null: { k: "false" }, StringNotEquals: { k: "v" } }, {}, "deny"],
	])("judges %j of %j", (condition, context, expected) => {
		expect(with_(condition, context as Record<string, string>)).toBe(expected);
	});

	test("refuses to judge a condition that it does not know", () => {
		expect(() => with_({ DateLessThan: { k: "v" } }, { k: "v" })).toThrow("DateLessThan");
	});
});
