import { describe, expect, test } from "@jest/globals";
import type { Operation } from "../../../runtime/failover/operation.ts";
import { type RebuildAccess, rebuild } from "../../../runtime/failover/rebuildAct.ts";
import { refetch } from "../../../runtime/failover/refetchAct.ts";
import type { Health } from "../../../runtime/failover/view.ts";
import type { Session } from "../../../runtime/mysql/session.ts";
import { fakeOperation } from "./fakeOperation.ts";
import { gtids, primaryReading, reads, receiver, record, replicaReading, silent, view } from "./scene.ts";

const repair = {
	do: "rebuild",
	name: "mysql-1",
	term: 3,
	donor: "mysql-2",
	keeper: "mysql-2",
	surplus: "",
	reason: "test",
} as const;

function scene(primary: Health, keeper = gtids(0, 100)) {
	const statements: string[] = [];
	/** What the session was told and what the operation did. */
	const order: string[] = [];
	const session: Session = {
		closed: false,
		close: () => {},
		run: async (sql) => {
			statements.push(sql.split(/\s/, 1)[0] ?? "");
			order.push(sql);
			return [[]];
		},
	};
	const access = {
		session: async () => session,
		cloneSource: () => ({ host: "mysql-2.mysql", port: 3306, user: "clone", password: "x", caFile: "ca" }),
	} as unknown as RebuildAccess;
	const health = view([primary, reads(replicaReading(1)), reads(replicaReading(2, { executed: keeper }))]);
	const before = (what: string) => void order.push(what);
	return { operation: fakeOperation({ view: health, record: record(), before }), access, statements, order };
}

describe("a rebuild", () => {
	test("stops acknowledgements, secures a second copy, forgets the instance, and only then wipes it", async () => {
		const { operation, access, statements } = scene(reads(primaryReading()));
		await rebuild(operation, access, repair);
		expect(operation.done.filter((what) => what !== "wait")).toEqual([
			"mysql-1: stop receiver",
			"mysql-2: apply",
			"record term 3 primary mysql-0",
		]);
		expect(operation.saved()?.uuids).not.toHaveProperty("mysql-1");
		expect(statements.at(-1)).toBe("CLONE");
	});

	test("stops the applier while the receiver still brings the rest of its transaction", async () => {
		const { operation, access, order } = scene(reads(primaryReading()));
		await rebuild(operation, access, repair);
		expect(order.slice(0, 2)).toEqual(["STOP REPLICA SQL_THREAD", "mysql-1: stop receiver"]);
	});

	test.each([
		["the primary was closed since the decision", reads(primaryReading({}, { superReadOnly: true })), gtids(0, 100)],
		["the other replica lacks something", reads(primaryReading()), gtids(0, 99)],
	])("wipes nothing when %s", async (_, primary, keeper) => {
		const { operation, access, statements } = scene(primary, keeper);
		await expect(rebuild(operation, access, repair)).rejects.toMatchObject({ name: "RefusedError" });
		expect(operation.saved()?.uuids).toHaveProperty("mysql-1");
		expect(statements).not.toContain("CLONE");
	});

	test("wipes nothing when it was thought to count for nothing and has acknowledged since", async () => {
		const { operation, access, statements } = scene(reads(primaryReading()));
		const alone = { ...repair, keeper: null };
		await expect(rebuild(operation, access, alone)).rejects.toThrow("it has acknowledged since");
		expect(operation.done).toEqual(["mysql-1: stop receiver"]);
		expect(statements).not.toContain("CLONE");
	});

	test("wipes nothing in another term than it was decided in: the keeper may be the primary now", async () => {
		const { operation, access, statements } = scene(reads(primaryReading()));
		await expect(rebuild(operation, access, { ...repair, term: 2 })).rejects.toThrow("the primary has changed");
		expect(statements).not.toContain("CLONE");
	});

	test("wipes nothing when another leader's term began meanwhile: this one may be all that acknowledges in it", async () => {
		const { operation, access, statements } = scene(reads(primaryReading()));
		const newer = { ...record(), term: 4, primary: "mysql-2" };
		const save: Operation["save"] = async (update) => void update(newer);
		await expect(rebuild({ ...operation, save }, access, repair)).rejects.toThrow("the primary has changed meanwhile");
		expect(statements).not.toContain("CLONE");
	});
});

describe("fetching anew", () => {
	const wanted = { do: "refetch", name: "mysql-1", term: 3, keeper: "mysql-2", reason: "test" } as const;
	const forgets = ["record term 3 primary mysql-0", "mysql-1: forget source"];

	test("stops acknowledging, secures a second copy and counts for nothing, before its relay log goes", async () => {
		const { operation } = scene(reads(primaryReading()));
		await refetch(operation, wanted);
		expect(operation.done).toEqual(["mysql-1: stop receiver", "mysql-2: apply", ...forgets]);
		expect(operation.saved()?.uuids).not.toHaveProperty("mysql-1");
	});

	test("needs nobody else while it has no receiver that runs", async () => {
		const off = replicaReading(1, {}, { receiver: receiver({ state: "off" }) });
		const alone = fakeOperation({ view: view([reads(primaryReading()), reads(off), silent()]), record: record() });
		await refetch(alone, { ...wanted, keeper: null });
		expect(alone.done).toEqual(forgets);
		const { operation } = scene(reads(primaryReading()));
		await expect(refetch(operation, { ...wanted, keeper: null })).rejects.toThrow("connected again");
		expect(operation.done).toEqual([]);
	});

	test("keeps its relay log when another leader's term began meanwhile", async () => {
		const { operation } = scene(reads(primaryReading()));
		await expect(refetch(operation, { ...wanted, term: 2 })).rejects.toThrow("the primary has changed meanwhile");
		expect(operation.done).not.toContain("mysql-1: forget source");
	});
});
