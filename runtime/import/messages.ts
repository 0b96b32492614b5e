/** What an import's worker says, a line of JSON each: to its log, which the operator's command reads. */
import type { Finding } from "./finding.ts";

export type ImportMessage =
	| { readonly type: "note"; readonly text: string }
	| { readonly type: "findings"; readonly schemas: readonly string[]; readonly findings: readonly Finding[] }
	/** `total` is the source's estimate of its rows, not of the SQL that they make. */
	| { readonly type: "loading"; readonly bytes: number; readonly total: number; readonly seconds: number }
	| { readonly type: "following"; readonly lagSeconds: number | null }
	| { readonly type: "result"; readonly document: unknown; readonly lines: readonly string[] }
	| {
			readonly type: "failure";
			readonly kind: "failed" | "refused";
			readonly message: string;
			readonly remedy: string;
	  };

/** A message and its number, by which whoever looks again and again tells what is new. */
export interface Numbered {
	readonly number: number;
	readonly message: ImportMessage;
}

export const messageLine = (numbered: Numbered): string => JSON.stringify(numbered);

const types = ["note", "findings", "loading", "following", "result", "failure"];

/** @returns null for what is no message: a warning of a program */
export function parseMessage(line: string): Numbered | null {
	try {
		const numbered = JSON.parse(line) as Partial<Numbered> | null;
		const { number, message } = numbered ?? {};
		return typeof number === "number" && message !== undefined && types.includes(message.type)
			? { number, message }
			: null;
	} catch {
		return null;
	}
}
