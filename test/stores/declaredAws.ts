/** The policies that a stack declares in AWS, and what follows from them for a request. */
import type { PolicyDocument } from "../../components/stores/aws/policies.ts";
import type { Recording, Registered } from "../components/recorder.ts";
import { type AwsRequest, type Decision, decide } from "./iam.ts";

const read = (text: string): PolicyDocument => JSON.parse(text);

/** All policies of a role, by the name that the stack declares it under. Throws where there is none. */
export function policiesOf(stack: Recording, role: string): readonly PolicyDocument[] {
	const found = stack.all("RolePolicy").filter(({ inputs }) => inputs.role === role);
	if (found.length === 0) throw new Error(`no policy is declared for role ${role}`);
	return found.map(({ inputs }) => read(inputs.policy));
}

/** Who may take a role. */
export const trustOf = (stack: Recording, role: string): PolicyDocument =>
	read(roleOf(stack, role).inputs.assumeRolePolicy);

function roleOf(stack: Recording, role: string): Registered {
	const found = stack.all("Role").find(({ name }) => name === role);
	if (!found) throw new Error(`no role ${role} is declared`);
	return found;
}

/** What a role's sessions are known by. */
export const arnOf = (stack: Recording, role: string): string =>
	`arn:aws:iam::111122223333:role${roleOf(stack, role).inputs.path ?? "/"}${role}`;

/** The near bucket's, or the far one's. */
export function bucketPolicyOf(stack: Recording, side: "near" | "far"): PolicyDocument {
	const found = stack.all("BucketPolicy").find(({ name }) => name.endsWith(`-${side}`));
	if (!found) throw new Error(`no policy is declared for the ${side} bucket`);
	return read(found.inputs.policy);
}

export interface Asking {
	/** ARN of who asks. */
	readonly principal: string;
	readonly identity: readonly PolicyDocument[];
	/** The bucket's. */
	readonly resource: PolicyDocument;
	/** ARN of the bucket's key. */
	readonly key: string;
}

/** What S3 asks KMS for in the name of whoever reads or writes. */
const keyUse: Readonly<Record<string, string>> = {
	"s3:GetObject": "kms:Decrypt",
	"s3:GetObjectVersion": "kms:Decrypt",
	"s3:PutObject": "kms:GenerateDataKey",
};

/** S3 and KMS together: what is read must be decrypted. A key's own policy leaves it to the account's IAM. */
export function judge({ principal, identity, resource, key }: Asking, request: AwsRequest): Decision {
	const context = { "aws:SecureTransport": "true", "s3:TlsVersion": "1.3", "aws:PrincipalArn": principal };
	const s3 = decide({ ...request, context: { ...context, ...request.context } }, { identity, resource });
	const use = keyUse[request.action];
	if (s3 === "deny" || use === undefined) return s3;
	return decide({ principal, action: use, resource: key, context: {} }, { identity });
}
