import { describe, expect, test } from "@jest/globals";
import { decide } from "../../../runtime/failover/decide.ts";
import type { View } from "../../../runtime/failover/view.ts";
import { facts, healthy, record, request, silent } from "./scene.ts";

/** A healthy cluster in which these instances are about to go. */
const without = (...names: string[]): View => ({
	...healthy(),
	instances: healthy().instances.map((i) => ({
		...i,
		leaving: names.includes(i.name) ? "its node is cordoned" : null,
	})),
});
const judge = (view: View) => decide(view, record(), facts);

describe("a primary that is about to go", () => {
	test("is moved to a replica that stays", () => {
		expect(judge(without("mysql-0", "mysql-1"))).toMatchObject({
			action: { do: "switchover", to: "mysql-2", request: null, reason: "mysql-0 is leaving: its node is cordoned" },
			alerts: [],
		});
	});

	test("stays where no replica that stays is fit", () => {
		expect(judge(without("mysql-0", "mysql-1", "mysql-2")).action).toMatchObject({ do: "wait" });
		const view = without("mysql-0", "mysql-1");
		const instances = view.instances.map((i) => (i.name === "mysql-2" ? { ...i, health: silent() } : i));
		expect(judge({ ...view, instances }).action).toMatchObject({ do: "wait" });
	});

	test("is moved within the hold-off when its pod is being deleted already", () => {
		const view = without("mysql-0");
		const instances = view.instances.map((i) => ({ ...i, ending: i.name === "mysql-0" }));
		expect(judge({ ...view, instances, holdOffMs: 1 }).action).toMatchObject({ do: "switchover", to: "mysql-1" });
	});

	test("is not moved again within the hold-off, unless an operator asks", () => {
		const view = { ...without("mysql-0"), holdOffMs: 1 };
		expect(judge(view)).toMatchObject({ action: { do: "wait" }, alerts: ["holdOff"] });
		expect(judge({ ...view, request: request() })).toMatchObject({
			action: { do: "switchover", request: { id: "r1" } },
		});
	});
});

test("a switchover that was asked for prefers a replica that stays, and takes another where it was named or is the only one", () => {
	const to = (view: View) => judge(view).action;
	expect(to({ ...without("mysql-1"), request: request() })).toMatchObject({ do: "switchover", to: "mysql-2" });
	expect(to({ ...without("mysql-1"), request: request("mysql-1") })).toMatchObject({ to: "mysql-1" });
	expect(to({ ...without("mysql-1", "mysql-2"), request: request() })).toMatchObject({ to: "mysql-1" });
});
