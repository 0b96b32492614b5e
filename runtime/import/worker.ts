/** `mysql-dr import-worker <operation>`: the work of an import, in a pod of its own near both servers. */
import { lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { UserError } from "../../objectives/error.ts";
import { exitOf, exits, Refusal } from "../exit.ts";
import { abortImport } from "./abort.ts";
import { beginImport } from "./begin.ts";
import { check } from "./check.ts";
import { type ImportContext, withEnds } from "./context.ts";
import { type CutoverOptions, type CutoverReport, cutover } from "./cutover.ts";
import { importAccount } from "./judgeAccounts.ts";
import { type ImportMessage, messageLine } from "./messages.ts";
import { reportImport, reportLines } from "./report.ts";
import { channelCaFile, parseRequest, secretKeys, workerPaths } from "./request.ts";
import { resumeImport } from "./resume.ts";

/** What the worker is told besides its request, as its only argument. */
export type Operation =
	| { readonly do: "check" | "start" | "resume" | "status" | "abort" }
	| ({ readonly do: "cutover" } & CutoverOptions);

/** Says all by its log, and ends with the exit code of its command. */
export async function runImportWorker(text: string): Promise<void> {
	const stop = new AbortController();
	process.on("SIGTERM", () => stop.abort(new Error("the worker was told to stop")));
	const say = speaker((line) => process.stdout.write(`${line}\n`));
	try {
		const operation = JSON.parse(text) as Operation;
		say(await perform(operation, await mountedContext(say, stop.signal)));
	} catch (error) {
		say(failure(error));
		process.exitCode = exits[exitOf(error)].code;
	}
}

export function speaker(write: (line: string) => void): (message: ImportMessage) => void {
	let number = 0;
	return (message) => write(messageLine({ number: ++number, message }));
}

async function perform(operation: Operation, context: ImportContext): Promise<ImportMessage> {
	switch (operation.do) {
		case "check": {
			const { source, findings } = await withEnds(context, (ends) => check(ends, context));
			return { type: "findings", schemas: source.schemas.map(({ name }) => name), findings };
		}
		case "start":
		case "resume": {
			const state = await (operation.do === "start" ? beginImport(context) : resumeImport(context));
			const lines = ["the target has what the source has, and follows it", "next: mysql-dr import cutover"];
			return { type: "result", document: { state }, lines };
		}
		case "status": {
			const report = await reportImport(context);
			return { type: "result", document: report, lines: reportLines(report) };
		}
		case "abort": {
			const report = await abortImport(context);
			const dropped =
				report.dropped.length === 0 ? "nothing was loaded yet" : `dropped on the target: ${report.dropped.join(", ")}`;
			const reopened = report.sourceReopened ? ["the source takes writes again"] : [];
			return {
				type: "result",
				document: report,
				lines: [dropped, ...reopened],
			};
		}
		case "cutover": {
			const report = await cutover(context, operation);
			return { type: "result", document: report, lines: cutoverLines(report) };
		}
	}
}

export function cutoverLines({ writeDowntimeSeconds, comparison, sourceClosed }: CutoverReport): string[] {
	const same = (found: NonNullable<typeof comparison>) =>
		`${found.tables} tables with ${found.rows} rows are the same on both${found.countedOnly.length > 0 ? ` (only counted: ${found.countedOnly.join(", ")})` : ""}`;
	return [
		...(writeDowntimeSeconds === null
			? []
			: [`the target has it all; no writes for ${writeDowntimeSeconds.toFixed(2)} s`]),
		...(comparison === null ? [] : [same(comparison)]),
		...(sourceClosed
			? [
					"the source is read-only until it restarts: stop it before somebody writes to it again; nothing on it was deleted",
				]
			: ["the source was left as it is: let nobody write to it any more"]),
	];
}

export function failure(error: unknown): ImportMessage {
	const message = error instanceof Error ? error.message : String(error);
	const refused = error instanceof Refusal || error instanceof UserError;
	return { type: "failure", kind: refused ? "refused" : "failed", message, remedy: refused ? error.remedy : "" };
}

async function mountedContext(say: ImportContext["say"], signal: AbortSignal): Promise<ImportContext> {
	const request = parseRequest(await readFile(workerPaths.request, "utf8"));
	const secret = (key: string) => readFile(`${workerPaths.secrets}/${key}`, "utf8");
	const ca = await readFile(workerPaths.ca, "utf8");
	const { address } = await lookup(`${request.primary}.`);
	return {
		source: {
			host: request.host,
			port: request.port,
			user: request.user,
			password: await secret(secretKeys.source),
			tls: request.tls,
			ca: request.tls === "verify-ca" ? await secret(secretKeys.ca) : null,
		},
		target: { name: "the target's primary", address, port: 3306, identity: request.primary },
		login: { user: importAccount, password: await secret(secretKeys.target), ca },
		caFile: channelCaFile,
		schemas: request.schemas,
		withAccounts: request.withAccounts,
		accept: request.accept,
		given: { serverIds: request.serverIds, freeBytes: request.freeBytes },
		signal,
		say,
	};
}
