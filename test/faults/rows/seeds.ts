/** Rows about a restored copy that takes the place of the data under load: in the end all of it counts, or none. */
import type { Seed } from "../../../runtime/failover/record.ts";
import { RestoredCopy } from "../bench/donor.ts";
import { asRoot } from "../bench/rootSession.ts";
import { askForSeed, settled } from "../bench/seed.ts";
import type { Stage } from "../stage.ts";
import { Steps } from "../workload/steps.ts";
import type { Row } from "./row.ts";

/** What the leader says as it goes, in order. */
const seedSteps = [
	/ takes the place of the data/,
	/ is closed$/,
	/^what goes /,
	/ is cloned from the restored copy/,
	/ is cloned from mysql-/,
	/ hold the restored copy$/,
	/^recorded term /,
	/ accepts writes$/,
	/^mysql-primary points to /,
] as const;

/** Until a step that comes after two copies and two restarts, on a machine that does much else. */
const copyingSeconds = 180;

const [, closed, , firstCopied, secondCopied] = seedSteps;

export const seeds: readonly Row[] = [
	{
		row: "S1",
		title: "a restored copy in place under load: it and what is written since, nothing of what it lacks",
		budget: null,
		run: (stage) =>
			withCopy(stage, async (copy) => {
				const seed = await put(stage, copy);
				stage.holds(seed.state === "done", `it was undone: ${seed.message}`);
			}),
	},
	{
		row: "S2",
		title: "the leader loses its lease while a restored copy is put in place, after another step each round",
		budget: null,
		run: (stage) =>
			withCopy(stage, async (copy) => {
				const steps = await Steps.fromNow(stage.bench);
				await put(stage, copy, {
					fault: async () => {
						await steps.reached(stage.turn(seedSteps), copyingSeconds);
						stage.leader.signal("SIGSTOP");
						await steps.reached(/^leading$/);
						stage.leader.signal("SIGCONT");
					},
				});
			}),
	},
	{
		row: "S3",
		title: "the restored copy goes before anybody has it: all is as it was",
		budget: null,
		run: (stage) =>
			withCopy(stage, async (copy) => {
				const steps = await Steps.fromNow(stage.bench);
				const seed = await put(stage, copy, {
					fault: async () => {
						await steps.reached(closed);
						await copy.kill();
					},
				});
				stage.holds(seed.state === "undone", "it was put in place although nobody could have it");
				await stage.sameTermFor(1);
			}),
	},
	{
		row: "S4",
		title: "an instance is killed while the restored copy comes to it, the first and the second by turns",
		budget: null,
		run: (stage) =>
			withCopy(stage, async (copy) => {
				const steps = await Steps.fromNow(stage.bench);
				await put(stage, copy, {
					fault: async () => {
						const words = await steps.reached(stage.turn([firstCopied, secondCopied]), copyingSeconds);
						await stage.bench.instance(words.split(" ")[0] ?? "").signal("SIGKILL");
					},
				});
			}),
	},
	{
		row: "S5",
		title: "the old primary dies while a restored copy is put in place, and comes back",
		budget: null,
		run: (stage) =>
			withCopy(stage, async (copy) => {
				const steps = await Steps.fromNow(stage.bench);
				await put(stage, copy, {
					fault: async () => {
						await steps.reached(stage.turn(seedSteps), copyingSeconds);
						await stage.primary.signal("SIGKILL");
					},
				});
			}),
	},
	{
		row: "S6",
		title: "a restored copy for a new database: refused where there are tables, put in place where there are none",
		budget: null,
		run: (stage) =>
			withCopy(stage, async (copy) => {
				const { bench, primary } = stage;
				const make = ["CREATE TABLE app.somebodys (id BIGINT PRIMARY KEY)"];
				await asRoot(bench, primary, make);
				const refused = await settled(bench, await askForSeed(bench, copy, "new")).catch(({ message }) => message);
				stage.holds(/there are tables in app$/.test(refused), `it was not refused: ${JSON.stringify(refused)}`);
				await stage.sameTermFor(1);
				await asRoot(bench, primary, ["DROP TABLE app.somebodys"]);
				const seed = await put(stage, copy, { replaces: "new" });
				stage.holds(seed.state === "done", `it was undone: ${seed.message}`);
			}),
	},
];

/** Of a replica, and no longer there when the row ends. */
async function withCopy(stage: Stage, work: (copy: RestoredCopy) => Promise<void>): Promise<void> {
	const copy = await RestoredCopy.of(stage.bench, stage.replicas[0]);
	try {
		await work(copy);
	} finally {
		await copy.end();
	}
}

interface Circumstances {
	readonly fault?: () => Promise<void>;
	/** Default: in place. */
	readonly replaces?: "in-place" | "new";
}

/** Asks for it when there is more than it holds, lets the fault happen, and gives up what it lacks where it came to count. */
async function put(
	stage: Stage,
	copy: RestoredCopy,
	{ fault = async () => {}, replaces }: Circumstances = {},
): Promise<Seed> {
	const { bench, ledger, primary } = stage;
	await ledger.more(50);
	stage.fault();
	const struck = fault();
	// Whoever waits for a step of it must not be left alone with its error.
	struck.catch(() => {});
	const seed = await settled(bench, await askForSeed(bench, copy, replaces));
	if (seed.state === "done") {
		const before = (await ledger.entries()).filter(({ instance }) => instance === primary.name);
		ledger.giveUp(await copy.lacks(before.map(({ id }) => id)));
	}
	await struck;
	await ledger.more(20);
	return seed;
}
