/** Rows about answers that do not come: commits that wait for theirs, and a demotion whose answer is lost. */
import { until } from "../../../local/site/waiting.ts";
import { ledgerTable } from "../../../runtime/drill/writer.ts";
import { cut, cutBoth } from "../bench/network.ts";
import { asRoot } from "../bench/rootSession.ts";
import { budget } from "../bench/settings.ts";
import { askForSwitchover } from "../bench/switchover.ts";
import type { Stage } from "../stage.ts";
import { openDrill } from "../workload/ledger.ts";
import { PatientCommits } from "../workload/patientCommits.ts";
import { Steps } from "../workload/steps.ts";
import type { Row } from "./row.ts";

const clients = 6;

export const answers: readonly Row[] = [
	{
		row: "22a",
		title: "commits wait at a primary that is cut from all but its clients: none is told done of what is then missing",
		budget: budget("node"),
		async run(stage) {
			const { bench, primary } = stage;
			await withWaitingCommits(stage, async () => {
				stage.fault();
				for (const { machine } of bench.watchdogs) await cutBoth(primary.machine, machine);
				const chosen = await stage.promoted();
				stage.holds(chosen !== primary, "the isolated primary was promoted");
				await bench.heal();
				await bench.protected();
			});
		},
	},
	{
		row: "22b",
		title: "a primary with waiting commits is killed and back at once: it commits them by itself, nobody is told done",
		budget: null,
		async run(stage) {
			await withWaitingCommits(stage, async () => {
				stage.fault();
				await stage.primary.signal("SIGKILL");
				await stage.bench.heal();
				await stage.ledger.more(20);
			});
		},
	},
	{
		row: "28",
		title: "switchover: the old primary refuses writes, but its answer never comes: finished or undone",
		budget: null,
		async run(stage) {
			const { bench, primary, leader } = stage;
			const steps = await Steps.fromNow(bench);
			const finish = await holdWrites(stage);
			const answer = askForSwitchover(bench, stage.replicas[0].name);
			await until("the demotion waits for the statement under way", 20, () => demotionWaits(stage), { every: 5 });
			stage.fault();
			await cut(primary.machine, leader.machine);
			await finish();
			await until("the old primary refuses writes", 10, () => refusesWrites(stage));
			await steps.reached(/^undone: /);
			await bench.heal();
			const { state } = await answer;
			const record = await bench.record();
			stage.holds(state === "done" || record?.term === stage.term, "not done, but the primary changed");
			await stage.ledger.more(20);
		},
	},
];

/** Both replicas are cut from the primary, and clients of it wait in their commits, while `work` goes on. */
async function withWaitingCommits(stage: Stage, work: () => Promise<void>): Promise<void> {
	const { bench, primary, replicas } = stage;
	const commits = await PatientCommits.at(bench, primary, clients);
	try {
		for (const { machine } of replicas) await cutBoth(primary.machine, machine);
		await commits.begin();
		await work();
		const missing = await commits.missingOn((await bench.record())?.primary ?? "");
		stage.holds(missing === 0, `${missing} clients were told done of a commit that is missing`);
	} finally {
		commits.close();
	}
}

/** A statement that a demotion has to wait for. @returns what ends it */
async function holdWrites({ bench, primary }: Stage): Promise<() => Promise<void>> {
	const session = await openDrill(bench, primary.name);
	const [[connection]] = (await session.run("SELECT CONNECTION_ID() AS id", 2000)) as [[{ id: string }]];
	session.run(`INSERT INTO ${ledgerTable} SELECT 1000000000 + SLEEP(300)`, 300_000).catch(() => {});
	return async () => {
		await asRoot(bench, primary, [`KILL ${connection.id}`]);
		session.close();
	};
}

async function demotionWaits({ bench, primary }: Stage): Promise<boolean> {
	const question = `SELECT COUNT(*) AS waiting FROM performance_schema.threads
		WHERE PROCESSLIST_INFO LIKE '%super_read_only = ON%' AND PROCESSLIST_STATE = 'Waiting for global read lock'`;
	const [[row]] = (await asRoot(bench, primary, [question])) as [[{ waiting: number }]];
	return Number(row.waiting) > 0;
}

async function refusesWrites({ bench, primary }: Stage): Promise<boolean> {
	const [[row]] = (await asRoot(bench, primary, ["SELECT @@GLOBAL.super_read_only AS closed"])) as [
		[{ closed: number }],
	];
	return Number(row.closed) === 1;
}
