/** The operator's side of an import: the worker's pod, what it says, and SQL as root. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "@jest/globals";
import type { V1Pod } from "@kubernetes/client-node";
import { Refusal } from "../../../runtime/exit.ts";
import type { Desk } from "../../../runtime/import/desk.ts";
import { type ImportMessage, messageLine } from "../../../runtime/import/messages.ts";
import { runWorker } from "../../../runtime/import/runWorker.ts";
import { importAccountSql } from "../../../runtime/import/targetAccount.ts";
import { failure, type Operation, speaker } from "../../../runtime/import/worker.ts";
import { workerPod } from "../../../runtime/import/workerPod.ts";
import { ApiError } from "../../../runtime/kubernetes/api.ts";
import { rootSqlScript } from "../../../runtime/kubernetes/rootSql.ts";
import { temporary } from "../temporary.ts";

const facts = { name: "mysql-import", namespace: "mysql", cluster: "shop", image: "runtime:1", tlsSecret: "mysql-tls" };
const result: ImportMessage = { type: "result", document: { fine: true }, lines: ["fine"] };
const loading = (bytes: number): ImportMessage => ({ type: "loading", bytes, total: 100, seconds: 1 });

interface Look {
	readonly phase: string;
	readonly says: readonly ImportMessage[];
}

/** A cluster in which the worker's pod is as the looks say, one after the other, the last from then on. */
function desk(looks: readonly Look[], before?: string) {
	const created: V1Pod[] = [];
	const deleted: string[] = [];
	let look = -1;
	const pod = (phase: string): V1Pod => ({ status: { phase } });
	const access = {
		namespace: "mysql",
		pods: async () => [{ spec: { containers: [{ name: "watchdog", image: "runtime:1" }] } }],
		pod: async (name: string) => {
			if (created.length === 0) return before === undefined || deleted.includes(name) ? null : pod(before);
			look = Math.min(look + 1, looks.length - 1);
			return pod(looks[look]?.phase ?? "");
		},
		createPod: async (one: V1Pod) => {
			if (before === "Running") throw new ApiError("POST pods", 409, "exists");
			created.push(one);
			return one;
		},
		deletePod: async (name: string) => void deleted.push(name),
		log: async () => {
			const all = looks.slice(0, look + 1).flatMap(({ says }) => says);
			return ["a warning of a program", ...all.map((message, index) => messageLine({ number: index + 1, message }))];
		},
	};
	const settings = { cluster: "shop", tlsSecret: "mysql-tls" };
	return { desk: { access, settings } as unknown as Desk, created, deleted };
}

const follow = async (made: ReturnType<typeof desk>, operation: Operation = { do: "start" }, signal?: AbortSignal) => {
	const said: ImportMessage[] = [];
	const following = { signal: signal ?? new AbortController().signal, goesOn: operation.do === "start" };
	const onMessage = (message: ImportMessage) => void said.push(message);
	const last = await runWorker(made.desk, operation, { ...following, onMessage }).catch((error: Error) => error);
	return { last, said };
};

describe("the worker's pod", () => {
	test("runs the operation, without access to Kubernetes and with its secrets as files of its own", () => {
		const { spec } = workerPod({ ...facts, operation: { do: "start" } });
		expect(spec?.automountServiceAccountToken).toBe(false);
		expect(spec?.containers[0]?.args).toEqual(["import-worker", '{"do":"start"}']);
		const mounted = spec?.containers[0]?.volumeMounts?.map(({ name }) => name).sort();
		expect(mounted).toEqual(spec?.volumes?.map(({ name }) => name).sort());
	});

	test("is followed to its end, each word shown once, and removed", async () => {
		const made = desk([
			{ phase: "Pending", says: [] },
			{ phase: "Running", says: [loading(1), loading(2)] },
			{ phase: "Running", says: [] },
			{ phase: "Succeeded", says: [loading(3), result] },
		]);
		const { last, said } = await follow(made);
		expect(last).toEqual(result);
		expect(said).toEqual([loading(1), loading(2), loading(3), result]);
		expect(made.deleted).toEqual(["mysql-import"]);
	});

	test("takes the place of one that has ended, and is refused beside one that works", async () => {
		const after = desk([{ phase: "Succeeded", says: [result] }], "Failed");
		expect((await follow(after)).last).toEqual(result);
		expect(after.deleted).toEqual(["mysql-import", "mysql-import"]);
		expect((await follow(desk([], "Running"))).last).toMatchObject({ name: "Refusal" });
	});

	test.each<[string, ImportMessage, object]>([
		[
			"a refusal",
			failure(new Refusal("no", "do this")),
			{ name: "Refusal", remedy: "do this", message: "refused: no; do this" },
		],
		["a failure", failure(new Error("broken")), { name: "FailedError", message: "broken" }],
		["an end in the middle", loading(1), { name: "FailedError" }],
	])("ends the command as it ended: %s", async (_what, message, error) => {
		expect((await follow(desk([{ phase: "Failed", says: [message] }]))).last).toMatchObject(error);
	});

	test.each<[string, Operation, readonly string[]]>([
		["a load goes on", { do: "start" }, []],
		[
			"a cutover is told to put back",
			{ do: "cutover", writersStopped: false, limitMs: 1, checksumBytes: 1 },
			["mysql-import"],
		],
	])("when the desk is interrupted, %s", async (_what, operation, deleted) => {
		const interrupt = new AbortController();
		const made = desk([{ phase: "Running", says: [] }]);
		const following = follow(made, operation, interrupt.signal);
		interrupt.abort(new Error("interrupted"));
		expect((await following).last).toMatchObject({ message: "interrupted" });
		expect(made.deleted).toEqual(deleted);
	});
});

test("messages are numbered", () => {
	const lines: string[] = [];
	const say = speaker((line) => lines.push(line));
	say(loading(1));
	say(result);
	expect(lines.map((line) => (JSON.parse(line) as { number: number }).number)).toEqual([1, 2]);
});

test("root's password reaches the client by its environment, the SQL by its input, though the input never ends", async () => {
	const folder = temporary("root-sql");
	const client = join(folder, "mysql");
	await writeFile(client, '#!/bin/sh\nprintf "%s|%s|" "$MYSQL_PWD" "$*"\ncat\n');
	await chmod(client, 0o755);
	const sql = "SELECT 'ü';\nSELECT 2";
	const args = ["-c", rootSqlScript, "sh", String(Buffer.byteLength(sql)), "/run/s.sock"];
	const child = spawn("sh", args, { env: { PATH: `${folder}:${process.env.PATH}` } });
	child.stdin.write(` a\\b c \n${sql}`);
	const [said] = await Promise.all([text(child.stdout), once(child, "exit")]);
	child.stdin.destroy();
	const [password, argument, input] = said.split("|");
	expect([password, input]).toEqual([" a\\b c ", sql]);
	expect(argument).not.toContain("a\\b");
});

test("the import's account may write to the imported schemas and to its own row alone", () => {
	const lines = importAccountSql("p", ["a_b"]).split(";\n");
	const writes = lines.filter((line) => /INSERT|ALL PRIVILEGES/.test(line));
	expect(writes).toEqual([
		"GRANT INSERT, DELETE ON mysql_dr.import_state TO 'mysql_dr_import'@'%'",
		"GRANT ALL PRIVILEGES ON `a\\_b`.* TO 'mysql_dr_import'@'%' WITH GRANT OPTION",
	]);
	expect(lines.join()).not.toMatch(/SUPER|SYSTEM_USER/);
});
