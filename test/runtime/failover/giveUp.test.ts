import { describe, expect, test } from "@jest/globals";
import { decide } from "../../../runtime/failover/decide.ts";
import { promoteWithLoss } from "../../../runtime/failover/giveUpAct.ts";
import type { Request } from "../../../runtime/failover/record.ts";
import type { Health } from "../../../runtime/failover/view.ts";
import { fakeOperation } from "./fakeOperation.ts";
import {
	facts,
	gtids,
	lostSource,
	otherUuid,
	primaryReading,
	reads,
	record,
	replicaReading,
	silent,
	uuid,
	view,
} from "./scene.ts";

const asked = (to: string): Request => ({
	id: "p1",
	kind: "promote",
	to,
	acceptLoss: true,
	at: "2026-01-01T00:00:00.000Z",
});
const [one, two] = [reads(replicaReading(1, {}, lostSource)), reads(replicaReading(2, {}, lostSource))];
const empty = reads(replicaReading(2, { executed: "" }, { uuid: otherUuid, receiver: null, applier: null }));
const judge = (to: string, ...health: [Health, Health, Health]) =>
	decide(view(health, { request: asked(to) }), record(), facts).action;

describe("a promotion with loss", () => {
	test("is made where the watchdog refuses for good", () => {
		const wiped = reads(primaryReading({ executed: "" }, { uuid: otherUuid, superReadOnly: true }));
		for (const primary of [silent(), wiped]) {
			expect(judge("mysql-1", primary, one, empty)).toMatchObject({ do: "promote", to: "mysql-1" });
			expect(judge("mysql-1", primary, one, silent())).toMatchObject({ do: "promote", to: "mysql-1" });
		}
	});

	test("is not made where the watchdog takes over without loss", () => {
		expect(judge("mysql-1", silent(), one, two)).toMatchObject({ do: "failover" });
	});

	test.each<[string, string, [Health, Health, Health]]>([
		["the primary is well", "nothing needs to be given up", [reads(primaryReading()), one, two]],
		["it is not known yet whether the primary is dead", "nothing needs to be given up", [silent(false), one, silent()]],
		["the instance cannot be read", "mysql-1 cannot be read", [silent(), silent(), two]],
	])("is refused where %s", (_, why, health) => {
		expect(judge("mysql-1", ...health)).toMatchObject({ do: "answer", refusal: expect.stringContaining(why) });
	});

	test("is refused for an instance that holds nothing, and for one that does not exist", () => {
		expect(judge("mysql-2", silent(), one, empty)).toMatchObject({ do: "answer", refusal: "mysql-2 holds nothing" });
		expect(judge("mysql-7", silent(), one, empty)).toMatchObject({ do: "answer" });
	});

	test("is carried out once", () => {
		const answered = record({ request: { id: "p1", state: "done", message: "", at: "2026-01-01T00:00:00.000Z" } });
		const scene = view([silent(), one, silent()], { request: asked("mysql-1") });
		expect(decide(scene, answered, facts)).toMatchObject({ action: { do: "wait" }, alerts: ["quorum"] });
	});

	test("says what is given up, and keeps it out of the history", async () => {
		const behind = reads(replicaReading(1, { executed: gtids(0, 90) }, lostSource));
		const ahead = reads(replicaReading(2, { executed: gtids(0, 99) }, lostSource));
		const operation = fakeOperation({ view: view([silent(), behind, ahead]), record: record() });
		await promoteWithLoss(operation, "mysql-1", "asked");
		expect(operation.saved()).toMatchObject({ term: 4, primary: "mysql-1", gtidAtPromotion: gtids(0, 90) });
		const steps = operation.saved()?.lastChange?.steps.map(({ step }) => step);
		expect(steps).toContain(`given up: ${uuid(0)}:91-99`);
		expect(operation.done.indexOf("mysql-2: stop receiver")).toBeLessThan(operation.done.indexOf("mysql-1: promote"));
	});
});
