/** Data that an update would delete and make anew: the engine says so of its steps, which no policy is shown. Pure. */
import { shown } from "../../objectives/index.ts";
import type { PolicyLine, Step } from "../engine/policyEvents.ts";

/** By what it is told apart from the rules of the pack. */
export const nothingReplaced = "nothing-replaced";

/** What holds data, or all of those that do. */
const kept =
	/^(kubernetes:apps\/v1:StatefulSet|kubernetes:core\/v1:PersistentVolume(Claim)?|aws:s3\/\w+:Bucket(V2)?|gcp:storage\/bucket:Bucket|(aws|gcp):kms\/\w+:\w*Key|aws:(rds|eks)\/(instance|cluster):\w+|gcp:(sql\/databaseInstance|container\/cluster):\w+)$/;

/** @param mayBe names, in the program, of those that are meant to be */
export function replacedLines(steps: readonly Step[], mayBe: readonly string[]): PolicyLine[] {
	return steps.flatMap(({ op, urn, keys = [] }) => {
		const [, , chain = "", name = ""] = urn.split("::");
		const type = chain.split("$").at(-1) ?? "";
		if (op !== "replace" || !kept.test(type) || mayBe.includes(name)) return [];
		const kind = type.split(":").at(-1);
		const setting = keys.length > 0 ? keys.join(", ") : "the update";
		const text = `${kind} ${name}: ${setting} asks for ${shown(op)}; it would be deleted and made anew: set back what is changed, have it ignored (ignoreChanges), or say that it is meant (--may-replace ${name})`;
		return [{ rule: nothingReplaced, level: "mandatory" as const, severity: "critical", urn, text }];
	});
}
