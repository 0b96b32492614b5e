import { partsOf } from "../cloud/backupBucket.ts";
import { NotKnown, some } from "../frame/notKnown.ts";
import { bucketRule } from "./bucketRule.ts";

export const bucketTls = bucketRule({
	name: "bucket-tls",
	what: "A bucket for backups is reached by TLS alone.",
	why: {
		reason:
			"S3 answers over plain HTTP as well. A program with the wrong endpoint sends all the data readable, and nothing says so.",
		source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
	},
	fix: 'AWS: a bucket policy that denies s3:* to everybody where "aws:SecureTransport" is "false". Google Cloud: the organisation policy storage.secureHttpTransport, which no program with a bucket shows; say by the configuration of this rule (organisation: true) that it is set; else it is listed as not judged.',
	severity: "medium",
	config: {
		organisation: {
			type: "boolean",
			default: false,
			description: "Whether the organisation's policy storage.secureHttpTransport is set in Google Cloud.",
		},
	},
	*aws(bucket, _config, stack) {
		const policies = [
			...partsOf(stack, bucket, "BucketPolicy").map(
				({ inputs }) =>
					() =>
						inputs.policy,
			),
			() => bucket.settings.policy,
		];
		if (some(policies, (policy) => deniesPlain(policy()))) return;
		yield {
			setting: "BucketPolicy",
			value: undefined,
			remedy:
				'add a statement with Effect Deny, Principal "*", Action "s3:*" and Condition Bool aws:SecureTransport "false"',
		};
	},
	gcp({ resource: { urn, label } }, { organisation }) {
		if (organisation) return [];
		const setting = "storage.secureHttpTransport";
		const why = "is a policy of the organisation, which no program with a bucket shows";
		throw new NotKnown([{ urn, resource: label, setting, why }]);
	},
});

interface Statement {
	readonly Effect?: string;
	readonly Principal?: unknown;
	readonly Action?: string | readonly string[];
	readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

function deniesPlain(policy: unknown): boolean {
	const document = typeof policy === "string" ? parsed(policy) : policy;
	const statements = [(document as { Statement?: Statement | Statement[] } | undefined)?.Statement ?? []].flat();
	return statements.some(
		({ Effect, Principal, Action, Condition }) =>
			Effect === "Deny" &&
			(Principal === "*" || (Principal as { AWS?: unknown } | undefined)?.AWS === "*") &&
			[Action].flat().some((action) => action === "s3:*" || action === "*") &&
			String(Condition?.Bool?.["aws:SecureTransport"]) === "false",
	);
}

/** Whose JSON is none, the cloud itself refuses. */
function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
