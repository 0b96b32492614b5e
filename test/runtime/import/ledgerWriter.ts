/** Writes to the source one row after the other, and remembers each that was acknowledged. */
import { setTimeout } from "node:timers/promises";
import { openSource, type SourceLink } from "../../../runtime/import/sourceLink.ts";
import { until } from "./servers.ts";

/** Milliseconds. */
const restMs = 20;
/** A row that each transaction changes, so that none can be applied before the one before it. */
const counter = 0;

export interface Writer {
	/** Makes the table. */
	prepare(): Promise<void>;
	start(): void;
	/** Waits until so many were acknowledged. */
	reaches(count: number): Promise<void>;
	acknowledged(): number;
	log(): readonly number[];
	stop(): Promise<void>;
	/** Locks the table, as a session does that nobody looks after. */
	hold(): Promise<{ release(): Promise<void> }>;
}

/** It ends by itself at the first write that is refused. @param id tells its rows from other writers' */
export function writer(link: SourceLink, id: number): Writer {
	const log: number[] = [];
	let stopped = false;
	let working: Promise<void> = Promise.resolve();
	const write = async () => {
		const session = await openSource(link);
		try {
			for (let n = 1; !stopped; n++) {
				await session.run(
					`BEGIN; INSERT INTO app.ledger VALUES (${id}, ${n}, REPEAT('x', ${n % 100}));
					 REPLACE INTO app.ledger VALUES (${id}, ${counter}, ${n}); COMMIT`,
					30_000,
				);
				log.push(n);
				// As an application does other things in between: the machine that runs the tests is all servers at once.
				await setTimeout(restMs);
			}
		} catch {
			// Closed: what was not acknowledged is not in the log.
		} finally {
			session.close();
		}
	};
	return {
		async prepare() {
			const session = await openSource(link);
			const table = "app.ledger (writer INT, n INT, text VARCHAR(100), PRIMARY KEY (n, writer))";
			await session.run(`CREATE TABLE IF NOT EXISTS ${table}`, 30_000);
			session.close();
		},
		start() {
			working = write();
		},
		reaches: (count) => until(`${count} writes`, async () => log.length >= count),
		acknowledged: () => log.length,
		log: () => log,
		async hold() {
			const session = await openSource(link);
			await session.run("LOCK TABLES app.ledger WRITE", 30_000);
			return {
				async release() {
					await session.run("UNLOCK TABLES", 30_000);
					session.close();
				},
			};
		},
		async stop() {
			stopped = true;
			await working;
		},
	};
}
