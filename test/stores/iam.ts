/**
 * IAM's decision for one request (AWS, "Policy evaluation logic", within one account): an explicit deny wins, else one allow
 * in either policy is enough, else it is denied. Pure. What it does not know of the language it refuses to judge.
 */
import type { PolicyDocument, Statement } from "../../components/stores/aws/policies.ts";

export interface AwsRequest {
	/** ARN of the role, or the name of a service. */
	readonly principal: string;
	readonly action: string;
	readonly resource?: string;
	/** Condition keys that the request has. */
	readonly context: Readonly<Record<string, string>>;
}

export interface Policies {
	/** Of the principal. */
	readonly identity: readonly PolicyDocument[];
	/** Of the bucket, or the trust policy of a role. */
	readonly resource?: PolicyDocument;
}

export type Decision = "allow" | "deny";

export function decide(request: AwsRequest, { identity, resource }: Policies): Decision {
	const own = identity.flatMap(({ Statement }) => Statement).filter((statement) => applies(statement, request));
	const others = (resource?.Statement ?? []).filter((one) => isFor(one, request) && applies(one, request));
	const matching = [...own, ...others];
	if (matching.some(({ Effect }) => Effect === "Deny")) return "deny";
	return matching.some(({ Effect }) => Effect === "Allow") ? "allow" : "deny";
}

function isFor({ Principal }: Statement, { principal }: AwsRequest): boolean {
	if (Principal === "*") return true;
	return Object.values(Principal ?? {}).some((names) => [names].flat().includes(principal));
}

function applies({ Action, Resource, Condition = {} }: Statement, request: AwsRequest): boolean {
	const action = Action.some((pattern) => like(pattern.toLowerCase(), request.action.toLowerCase()));
	const resource = Resource === undefined || Resource.some((pattern) => like(pattern, request.resource ?? ""));
	const holds = Object.entries(Condition).every(([operator, keys]) =>
		Object.entries(keys).every(([key, wanted]) => condition(operator, request.context[key], [wanted].flat())),
	);
	return action && resource && holds;
}

/** `*` stands for any text, `?` for one character; all else for itself. */
export function like(pattern: string, text: string): boolean {
	const parts = [...pattern].map((letter) => {
		if (letter === "*") return ".*";
		return letter === "?" ? "." : letter.replace(/[\\^$.|+()[\]{}]/, "\\$&");
	});
	return new RegExp(`^${parts.join("")}$`, "s").test(text);
}

/** A key that the request does not have makes a condition false, a negated one true (IAM User Guide, "Condition operators"). */
function condition(operator: string, given: string | undefined, wanted: readonly string[]): boolean {
	switch (operator) {
		case "Null":
			return wanted.includes(String(given === undefined));
		case "StringNotEquals":
			return given === undefined || !wanted.includes(given);
		case "ArnNotLike":
			return given === undefined || !wanted.some((pattern) => like(pattern, given));
		case "StringEquals":
		case "Bool":
			return given !== undefined && wanted.includes(given);
		case "NumericLessThan":
			return given !== undefined && wanted.some((limit) => Number(given) < Number(limit));
		default:
			throw new Error(`the condition ${operator} is not known here: nothing can be said of its policy`);
	}
}
