/** `mysql-dr ledger`: writes as many clients do, and proves in the end what became of every acknowledged write. */
import { existsSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openSession, type Session } from "../mysql/session.ts";
import { type Book, now, openBook } from "./book.ts";
import { type LedgerOptions, ledgerOptions } from "./ledgerOptions.ts";
import { reportOf } from "./ledgerReport.ts";
import type { LedgerMessage } from "./messages.ts";
import { checkInstance, storedIds } from "./verify.ts";
import { ledgerTable, write } from "./writer.ts";

/** Runs until the stop file appears or SIGTERM comes, then verifies and reports. */
export async function runLedger(options: LedgerOptions = ledgerOptions(process.env)): Promise<void> {
	try {
		await prepareTable(options);
		const book = openBook(options.folder);
		await writeUntilStopped(book, options);
		const text = say(await verified(book, options));
		writeFileSync(`${options.folder}/report.json`, text);
	} catch (error) {
		say({ type: "failure", message: (error as Error).message });
		process.exitCode = 1;
	}
}

function say(message: LedgerMessage): string {
	const text = JSON.stringify(message);
	process.stdout.write(`${text}\n`);
	return text;
}

/** A session to a name; 1 s is enough for a connection in one region, and more would only be waiting in vain. */
export async function open(options: LedgerOptions, host: string): Promise<Session> {
	const { port, password, ca, connectMs } = options;
	const target = { name: host, address: await options.dial(host), port, identity: host };
	return openSession(target, { user: "drill", password, ca }, connectMs);
}

async function prepareTable(options: LedgerOptions): Promise<void> {
	const end = performance.now() + options.prepareMs;
	for (;;) {
		try {
			const session = await open(options, options.primary);
			const [schema] = ledgerTable.split(".");
			await session.run(
				`CREATE DATABASE IF NOT EXISTS ${schema};
				DROP TABLE IF EXISTS ${ledgerTable};
				CREATE TABLE ${ledgerTable} (id BIGINT PRIMARY KEY)`,
				10_000,
			);
			session.close();
			return;
		} catch (error) {
			if (performance.now() > end) throw error;
			await sleep(200);
		}
	}
}

async function writeUntilStopped(book: Book, options: LedgerOptions): Promise<void> {
	const stop = new AbortController();
	process.once("SIGTERM", () => stop.abort());
	const reporting = setInterval(() => {
		if (existsSync(options.stopFile)) stop.abort();
		say(progress(book));
	}, 100);
	const writers = Array.from({ length: options.writers }, (_, index) =>
		write({
			open: () => open(options, options.primary),
			book,
			firstId: index,
			step: options.writers,
			signal: stop.signal,
			pauseMs: options.pauseMs,
		}),
	);
	await Promise.all(writers);
	clearInterval(reporting);
}

function progress({ ids, times, unknownIds, instance }: Book): LedgerMessage {
	const lastAckAt = times.at(-1) ?? null;
	return { type: "progress", at: now(), acknowledged: ids.length, unknown: unknownIds.length, lastAckAt, instance };
}

async function verified(book: Book, options: LedgerOptions): Promise<LedgerMessage> {
	const session = await open(options, options.primary);
	const stored = await storedIds(session);
	session.close();
	const instances = options.instances.map((host) =>
		checkInstance(host.split(".")[0] ?? host, () => open(options, host), book.ids, options.replicaMs),
	);
	return reportOf(book, stored, await Promise.all(instances));
}
