/**
 * What jobs in the cluster say on standard output, a JSON document a line: `{at, step, done?, total?, unit?, rate?,
 * remainingSeconds?, message?}` on the way, and `{result}` or `{error: {kind, message}}` at the end. Written there, read at the desk.
 */
import { z } from "zod";
import { errorDocument } from "../exit.ts";
import { seconds } from "../terminal/seconds.ts";
import { sizeText } from "../terminal/sizeText.ts";

/** What goes on within a step. */
export interface Progress {
	/** In words, the same while the step lasts. */
	readonly step: string;
	readonly done?: number | undefined;
	readonly total?: number | undefined;
	/** Of `done`, `total` and, a second, `rate`. */
	readonly unit?: "bytes" | "transactions" | "tables" | "files" | undefined;
	readonly rate?: number | undefined;
	readonly remainingSeconds?: number | undefined;
	/** More for people. */
	readonly message?: string | undefined;
}

export type JobLine =
	| (Progress & { readonly kind: "progress" })
	| { readonly kind: "result"; readonly result: unknown }
	| { readonly kind: "error"; readonly message: string };

const number = z
	.number()
	.nullish()
	.transform((value) => value ?? undefined);

const progressSchema = z.looseObject({
	step: z.string(),
	done: number,
	total: number,
	unit: z.enum(["bytes", "transactions", "tables", "files"]).optional().catch(undefined),
	rate: number,
	remainingSeconds: number,
	message: z.string().optional(),
});
const resultSchema = z.looseObject({ result: z.unknown().refine((value) => value !== undefined) });
const errorSchema = z.looseObject({ error: z.looseObject({ message: z.string() }) });

/** Null where a program that the job runs said something of its own. */
export function jobLine(text: string): JobLine | null {
	const document = parsed(text);
	const error = errorSchema.safeParse(document);
	if (error.success) return { kind: "error", message: error.data.error.message };
	const result = resultSchema.safeParse(document);
	if (result.success) return { kind: "result", result: result.data.result };
	const progress = progressSchema.safeParse(document);
	return progress.success ? { kind: "progress", ...progress.data } : null;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

/** "restoring files: 1.2 GB of 4 GB (30 %), 150 MB/s, 18 s to go" */
export function progressText({ step, done, total, unit, rate, remainingSeconds, message = "" }: Progress): string {
	const amount = (value: number) =>
		unit === "bytes" ? sizeText(value) : `${Math.round(value)}${unit ? ` ${unit}` : ""}`;
	const share =
		done !== undefined && total !== undefined && total > 0 ? ` (${Math.floor((100 * done) / total)} %)` : "";
	const parts = [
		message,
		done === undefined ? "" : `${amount(done)}${total === undefined ? "" : ` of ${amount(total)}`}${share}`,
		rate === undefined ? "" : `${amount(rate)}/s`,
		remainingSeconds === undefined ? "" : `${seconds(remainingSeconds)} to go`,
	].filter((part) => part !== "");
	return parts.length === 0 ? step : `${step}: ${parts.join(", ")}`;
}

/** The writing side. `write` takes whole lines. */
export function jobLog(write: (line: string) => void, now: () => Date = () => new Date()) {
	const say = (document: object) => write(`${JSON.stringify({ at: now().toISOString(), ...document })}\n`);
	return {
		progress: (progress: Progress) => say(progress),
		result: (result: unknown) => say({ result }),
		error: (error: unknown) => say(errorDocument(error)),
	};
}
