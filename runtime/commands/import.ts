/** `mysql-dr import`: an existing MySQL is brought into a running database, with seconds in which it takes no writes. */
import { readFile } from "node:fs/promises";
import type { Duration } from "../../objectives/duration.ts";
import { UserError } from "../../objectives/error.ts";
import { size } from "../../objectives/size.ts";
import { FailedError } from "../exit.ts";
import { type Desk, knownImport, prepareWork, prepareWorker, putAway, type Wanted } from "../import/desk.ts";
import { type Finding, findingLines, isRefused } from "../import/finding.ts";
import type { ImportMessage } from "../import/messages.ts";
import { mebibytes } from "../import/report.ts";
import { runWorker } from "../import/runWorker.ts";
import type { SourceTls } from "../import/sourceLink.ts";
import type { Operation } from "../import/worker.ts";
import { clusterAccess } from "../kubernetes/access.ts";
import { readSettings } from "../kubernetes/declared.ts";
import { seconds } from "../terminal/seconds.ts";
import { confirmed } from "./confirmed.ts";
import type { Context, Result, SharedOptions } from "./context.ts";
import { endpoints } from "./endpoints.ts";

export interface SourceOptions extends SharedOptions {
	/** `host:port`, as the cluster's pods reach it. */
	readonly from?: string;
	readonly user?: string;
	readonly passwordFile?: string;
	readonly tlsMode?: SourceTls;
	/** File with the authority of the source's certificate. */
	readonly ca?: string;
	readonly schema?: readonly string[];
	/** False: accounts are left behind. */
	readonly accounts?: boolean;
	readonly accept?: readonly string[];
}

export interface StartOptions extends SourceOptions {
	readonly resume?: boolean;
}

export interface CutoverCommandOptions extends SharedOptions {
	readonly writersStopped?: boolean;
	readonly limit?: Duration;
	readonly checksumUpTo?: string;
	readonly yes?: boolean;
}

export async function importCheck(context: Context, options: SourceOptions): Promise<Result> {
	const desk = await deskOf(options);
	await prepareWorker(desk, await wantedOf(options));
	const { schemas, findings } = await checked(desk, context);
	const refused = isRefused(findings);
	const next = refused ? "nothing was changed; mend what is marked x and check again" : "next: mysql-dr import start";
	const document = { schemas, ready: !refused, findings };
	return { exit: refused ? "refused" : "done", document, lines: [...findingLines(findings), next] };
}

/** Checks first, since what the work's account is granted follows from what there is. */
export async function importStart(context: Context, options: StartOptions): Promise<Result> {
	const desk = await deskOf(options);
	if (options.resume) {
		const { request } = await knownImport(desk.access);
		await prepareWork(desk, request.schemas ?? []);
		return work(desk, context, { do: "resume" });
	}
	await prepareWorker(desk, await wantedOf(options));
	const { schemas, findings } = await checked(desk, context);
	if (isRefused(findings)) {
		return { exit: "refused", document: { ready: false, findings }, lines: findingLines(findings) };
	}
	await prepareWork(desk, schemas);
	return work(desk, context, { do: "start" });
}

export async function importStatus(context: Context, options: SharedOptions): Promise<Result> {
	const desk = await deskOf(options);
	const { result } = await knownImport(desk.access);
	if (result === null) return work(desk, context, { do: "status" });
	const document = JSON.parse(result) as unknown;
	return { exit: "done", document, lines: ["the import is over", JSON.stringify(document)] };
}

export async function importCutover(context: Context, options: CutoverCommandOptions): Promise<Result> {
	const desk = await deskOf(options);
	const { request } = await knownImport(desk.access);
	const source = `${request.host}:${request.port}`;
	const question = options.writersStopped
		? `Is it true that nobody writes to ${source} any more?`
		: `Make ${source} read-only and let the target take its place?`;
	if (!options.yes) await confirmed(context.terminal, question);
	const operation: Operation = {
		do: "cutover",
		writersStopped: options.writersStopped ?? false,
		limitMs: options.limit ?? 60_000,
		checksumBytes: sizeOption("--checksum-up-to", options.checksumUpTo ?? "1Gi"),
	};
	const result = await work(desk, context, operation);
	await putAway(desk, result.document);
	const reached = await endpoints(context, options);
	const { primary } = reached.document as { primary: { host: string; port: number } };
	const lines = [...result.lines, `the application's address from now on: ${primary.host}:${primary.port}`];
	return { ...result, document: { ...(result.document as object), primary }, lines };
}

export async function importAbort(context: Context, options: CutoverCommandOptions): Promise<Result> {
	const desk = await deskOf(options);
	await knownImport(desk.access);
	if (!options.yes) await confirmed(context.terminal, "Drop on the target everything that the import brought?");
	const result = await work(desk, context, { do: "abort" });
	await putAway(desk, { aborted: result.document });
	return result;
}

async function deskOf(options: SharedOptions): Promise<Desk> {
	const access = clusterAccess(options);
	return { access, settings: await readSettings(access) };
}

async function checked(desk: Desk, { terminal, signal }: Context) {
	terminal.live("reading both servers");
	const onMessage = () => {};
	const found = await runWorker(desk, { do: "check" }, { signal, goesOn: false, onMessage });
	if (found.type !== "findings") throw new FailedError("the check ended without its findings");
	return found as { schemas: readonly string[]; findings: readonly Finding[] };
}

async function work(desk: Desk, { terminal, signal }: Context, operation: Operation): Promise<Result> {
	const show = (message: ImportMessage) => {
		if (message.type === "note") terminal.note(message.text);
		if (message.type === "loading" || message.type === "following") terminal.live(progressLine(message));
	};
	const goesOn = operation.do === "start" || operation.do === "resume";
	const last = await runWorker(desk, operation, { signal, goesOn, onMessage: show });
	if (last.type !== "result") throw new FailedError("the worker ended without a result; see mysql-dr import status");
	return { exit: "done", document: last.document, lines: last.lines };
}

/** SQL takes more room than rows or less: what remains is a guess from the source's own estimate. */
export function progressLine(message: Extract<ImportMessage, { type: "loading" | "following" }>): string {
	if (message.type === "following") {
		return `catching up${message.lagSeconds === null ? "" : `: ${seconds(message.lagSeconds)} behind`}`;
	}
	const { bytes, total } = message;
	const rate = bytes / Math.max(0.001, message.seconds);
	const left = bytes === 0 || bytes >= total ? "" : `, about ${seconds((total - bytes) / rate)} to go`;
	return `loading: ${mebibytes(bytes)} of about ${mebibytes(total)}, ${mebibytes(rate)}/s${left}`;
}

async function wantedOf(options: SourceOptions): Promise<Wanted> {
	const { host, port } = address(options.from ?? "");
	const ca = options.ca === undefined ? null : await fileOption("--ca", options.ca);
	const tls = options.tlsMode ?? (ca === null ? "required" : "verify-ca");
	if (tls === "verify-ca" && ca === null) {
		const remedy = "name its file with --ca, or use --tls-mode required";
		throw new UserError({ field: "--tls-mode", value: tls, wrong: "needs the source's authority", remedy });
	}
	return {
		host,
		port,
		user: required("--user", options.user),
		password: (await fileOption("--password-file", required("--password-file", options.passwordFile))).replace(
			/\n$/,
			"",
		),
		tls,
		ca: tls === "verify-ca" ? ca : null,
		schemas: options.schema ?? null,
		withAccounts: options.accounts ?? true,
		accept: options.accept ?? [],
	};
}

/** `host`, `host:port`, `[v6]:port`. @throws UserError */
export function address(text: string): { host: string; port: number } {
	const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/i.exec(text);
	const port = Number(match?.[3] ?? 3306);
	if (match !== null && port >= 1 && port <= 65535) return { host: match[1] ?? match[2] ?? "", port };
	const remedy = "write host:port, as the cluster's pods reach it: mysql-service.default.svc:3306";
	throw new UserError({ field: "--from", value: text, remedy });
}

function required(field: string, value: string | undefined): string {
	if (value !== undefined && value !== "") return value;
	throw new UserError({ field, value, wrong: "is missing", remedy: "see mysql-dr import check --help" });
}

async function fileOption(field: string, path: string): Promise<string> {
	try {
		return await readFile(path, "utf8");
	} catch (cause) {
		const wrong = `cannot be read (${(cause as NodeJS.ErrnoException).code})`;
		throw new UserError({ field, value: path, wrong, remedy: "name a file that you may read" });
	}
}

function sizeOption(field: string, text: string): number {
	try {
		return size(text);
	} catch (error) {
		throw error instanceof UserError ? error.at(field) : error;
	}
}
