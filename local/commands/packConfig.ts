/** The configuration that the policy pack is given: the user's own, and the evidence in a folder. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../objectives/error.ts";
import { reportOf } from "../../policies/evidence/report.ts";
import { evidenceRules } from "../../policies/evidence.ts";
import { promiseNotWeakened } from "../../policies/objectives/promiseNotWeakened.ts";

type PackConfig = Readonly<Record<string, unknown>>;

export interface PackConfigChoice {
	/** File with levels and thresholds by rule. */
	readonly config: string | undefined;
	/** Folder with reports. */
	readonly evidence: string | undefined;
	/** Of what is deployed, and not of a preview. */
	readonly existing?: boolean | undefined;
}

/**
 * What is deployed was compared when it was: the state holds what was promised before it, and a weakening that was confirmed
 * then would be refused again.
 */
export const ofPreviewsAlone: readonly string[] = [promiseNotWeakened.name];

/**
 * @param work is given the file's path
 * @throws UserError where a file or folder is missing, or is no JSON
 */
export async function withPackConfig<T>(
	{ config, evidence, existing = false }: PackConfigChoice,
	work: (file: string) => Promise<T>,
): Promise<T> {
	const own = config === undefined ? {} : (json(await text(config, "--config"), config, "--config") as PackConfig);
	const reports = evidence === undefined ? [] : await reportsIn(evidence);
	const folder = await mkdtemp(join(tmpdir(), "mysql-dr-policy-"));
	try {
		const file = join(folder, "policies.json");
		await writeFile(file, JSON.stringify({ ...withReports(own, reports), ...(existing ? silent : {}) }));
		return await work(file);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

const silent = Object.fromEntries(ofPreviewsAlone.map((rule) => [rule, "disabled"]));

/** The reports, for each rule that is about some; what the user says of these rules stays. */
export function withReports(config: PackConfig, reports: readonly unknown[]): PackConfig {
	if (reports.length === 0) return config;
	const entries = evidenceRules.map(({ name }) => {
		const own = config[name] ?? {};
		// A level alone is written as such.
		const settings = typeof own === "string" ? { enforcementLevel: own } : own;
		return [name, { reports, ...(settings as object) }];
	});
	return { ...config, ...Object.fromEntries(entries) };
}

/** As the stores hold them below `evidence/`, and as `mysql-dr drill --json` prints them; a line each in `.jsonl`. */
async function reportsIn(folder: string): Promise<unknown[]> {
	const names = await readdir(folder, { recursive: true }).catch(() => {
		throw missing(folder, "--evidence");
	});
	const files = names.filter((name) => /\.jsonl?$/.test(name)).map((name) => join(folder, name));
	const documents = await Promise.all(
		files.map(async (file) => {
			const content = await text(file, "--evidence");
			const parts = file.endsWith("l") ? content.split("\n").filter((line) => line.trim() !== "") : [content];
			return parts.map((part) => json(part, file, "--evidence"));
		}),
	);
	return documents.flat().filter((document) => reportOf(document) !== undefined);
}

async function text(file: string, field: string): Promise<string> {
	return readFile(file, "utf8").catch(() => {
		throw missing(file, field);
	});
}

function json(content: string, value: string, field: string): unknown {
	try {
		return JSON.parse(content);
	} catch {
		throw new UserError({ field, value, wrong: `${value} is not JSON`, remedy: "write a JSON document" });
	}
}

function missing(value: string, field: string): UserError {
	return new UserError({ field, value, wrong: `${value} is not there`, remedy: "name one that is" });
}
