/** What of a database would not survive its import, or would behave differently: one finding a kind, each with names and a remedy. */
import { UserError } from "../../objectives/error.ts";

/**
 * - `refused`: the import does not begin
 * - `warned`: it begins; something will be different afterwards
 * - `noted`: what ought to be known
 */
export type Weight = "refused" | "warned" | "noted";

export interface Finding {
	/** A stable name: `engine`, `no-primary-key`, ... */
	readonly kind: string;
	readonly weight: Weight;
	/** What is wrong, in a few words. */
	readonly wrong: string;
	/** Names of the tables, accounts or settings that it concerns. */
	readonly where: readonly string[];
	readonly remedy: string;
	/** Statements to paste, for the source unless the remedy says otherwise. */
	readonly paste: readonly string[];
	/** A refusal that is a matter of the application, so that its owner may accept it by `--accept <kind>`. */
	readonly acceptable: boolean;
}

/** A finding; weight `refused`, nothing to paste and not acceptable unless said. */
export function finding(
	given: Pick<Finding, "kind" | "wrong" | "where" | "remedy"> & Partial<Finding>,
): readonly Finding[] {
	if (given.where.length === 0) return [];
	return [{ weight: "refused", paste: [], acceptable: false, ...given }];
}

/** Refusals that were accepted become warnings. @throws UserError for a kind that cannot be accepted */
export function accepting(findings: readonly Finding[], kinds: readonly string[]): readonly Finding[] {
	const refused = findings.filter(({ weight }) => weight === "refused");
	for (const kind of kinds) {
		const meant = refused.find((one) => one.kind === kind);
		if (meant === undefined || meant.acceptable) continue;
		const wrong = `"${kind}" cannot be accepted: ${meant.wrong}`;
		throw new UserError({ field: "--accept", value: kind, wrong, remedy: meant.remedy });
	}
	return findings.map((one) =>
		one.weight === "refused" && one.acceptable && kinds.includes(one.kind) ? { ...one, weight: "warned" } : one,
	);
}

export function isRefused(findings: readonly Finding[]): boolean {
	return findings.some(({ weight }) => weight === "refused");
}

const marks = { refused: "x", warned: "!", noted: "-" } as const;
/** More names than a screen holds help nobody; --json has them all. */
const mostNames = 20;

/** @returns the report for people, refusals first */
export function findingLines(findings: readonly Finding[]): string[] {
	return (["refused", "warned", "noted"] as const).flatMap((weight) =>
		findings
			.filter((one) => one.weight === weight)
			.flatMap(({ kind, wrong, where, remedy, paste, acceptable }) => [
				`${marks[weight]} ${kind}: ${wrong}`,
				`    ${where.slice(0, mostNames).join(", ")}${where.length > mostNames ? ` and ${where.length - mostNames} more` : ""}`,
				`    -> ${remedy}${weight === "refused" && acceptable ? `; or --accept ${kind}` : ""}`,
				...paste.slice(0, mostNames).map((statement) => `       ${statement}`),
			]),
	);
}
