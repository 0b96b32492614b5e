/**
 * A process of clients that take every connection of one instance and hold it, and come again at once when they are
 * thrown out. Started with the path of its options; writes a line as soon as one is refused for want of a connection.
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openSession, type Target } from "../../../runtime/mysql/session.ts";
import { full } from "./full.ts";

export interface CrowdOptions {
	readonly to: Target;
	readonly size: number;
	readonly password: string;
	/** PEM text of the instances' authority. */
	readonly ca: string;
}

const connectMs = 10_000;
const stayMs = 600_000;
const backoffMs = 50;
const tooMany = 1040;

async function client({ to, password, ca }: CrowdOptions): Promise<never> {
	for (;;) {
		await stay(to, password, ca).catch(tell);
		await sleep(backoffMs);
	}
}

async function stay(to: Target, password: string, ca: string): Promise<void> {
	const session = await openSession(to, { user: "drill", password, ca }, connectMs);
	await session.run(`DO SLEEP(${stayMs / 1000})`, stayMs);
	session.close();
}

let told = false;

function tell(error: Error & { errno?: number }): void {
	if (error.errno !== tooMany || told) return;
	told = true;
	process.stdout.write(`${full}\n`);
}

const options = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as CrowdOptions;
await Promise.all(Array.from({ length: options.size }, () => client(options)));
