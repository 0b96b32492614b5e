import type { Declared } from "../frame/declared.ts";
import { all, each } from "../frame/notKnown.ts";
import { type StackFinding, stackRule } from "../frame/rule.ts";
import { atOrNow, daysBetween } from "../frame/time.ts";
import { objects } from "../kubernetes/kinds.ts";
import { isSecretName } from "./plainText.ts";

/** Says when what is in a Secret was last made anew, where that is not when the object was made. */
export const rotatedAnnotation = "mysql-dr/rotated";

export const secretRotation = stackRule({
	name: "secret-rotation",
	family: "secrets",
	what: "Passwords are made anew before they are too old.",
	why: {
		reason:
			"Who has left, and every copy of a configuration that was ever made, still opens what is never changed; and a rotation that was never done cannot be done in a hurry.",
		source:
			"https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html#2-general-secrets-management",
	},
	fix: `Change it, and write the day into the annotation ${rotatedAnnotation} (2026-11-27) if the object stays the same; for AWS Secrets Manager declare a SecretRotation.`,
	severity: "medium",
	config: {
		mostDays: { type: "integer", minimum: 1, default: 365, description: "Days that a password may be old." },
		at: {
			type: "string",
			default: "",
			description: "The moment as of which it is judged, as `2026-11-27T00:00:00Z`; now where it is empty.",
		},
	},
	*judgeStack(stack, { mostDays, at }) {
		const now = atOrNow(at);
		yield* all(
			() => each(objects(stack, "Secret").filter(holdsPasswords), (secret) => ofSecret(secret, mostDays, now)),
			() => each(stack.resources.filter(isRotation), (rotation) => ofRotation(rotation, mostDays)),
		);
	},
});

const isRotation = ({ type }: Declared) => type === "aws:secretsmanager/secretRotation:SecretRotation";

function* ofSecret(resource: Declared, mostDays: number, now: number): Generator<StackFinding> {
	const { annotations = {}, creationTimestamp } = resource.props.metadata ?? {};
	const stated = annotations[rotatedAnnotation];
	const since = stated ?? creationTimestamp;
	const setting = stated === undefined ? "metadata.creationTimestamp" : `metadata.annotations["${rotatedAnnotation}"]`;
	// One that is not made yet is new.
	if (since === undefined) return;
	const days = daysBetween(since, now);
	if (days === undefined) yield { resource, setting, value: since, remedy: "write a day: 2026-11-27" };
	else if (days > mostDays)
		yield { resource, setting, value: since, remedy: `that is ${Math.floor(days)} days: change it every ${mostDays}` };
}

function* ofRotation(resource: Declared, mostDays: number): Generator<StackFinding> {
	const value = resource.inputs.rotationRules?.automaticallyAfterDays;
	if (value === undefined || value <= mostDays) return;
	yield { resource, setting: "rotationRules.automaticallyAfterDays", value, remedy: `set ${mostDays} or less` };
}

/** By the names of what is in it; certificates and keys of backups are none. Values are not looked at. */
function holdsPasswords({ props }: Declared): boolean {
	const names = [...Object.keys(props.data ?? {}), ...Object.keys(props.stringData ?? {})];
	return props.type === "kubernetes.io/basic-auth" || names.some(isSecretName);
}
