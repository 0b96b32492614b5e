import { describe, expect, test } from "@jest/globals";
import { databaseArgs } from "../../components/database.ts";
import { stackOutputs } from "../../components/outputs.ts";
import { forecast, inSeconds, scenarios } from "../../objectives/index.ts";
import { configuration, database } from "./declared.ts";

const config = configuration([
	database({ credentials: { existingSecret: "given" } }),
	database({ name: "reports", tier: "standard", volume: "1Gi" }),
]);
const first = databaseArgs(config, 0, {}, "test");
const second = databaseArgs(config, 1, {}, "test");
const outputs = stackOutputs(config.site, config.stores, [
	{ facts: first.facts, runbooks: { pod: "what to do" } },
	{ facts: second.facts, runbooks: {} },
]);

describe("the stack's outputs", () => {
	test("are those that others rely on", () => {
		expect(Object.keys(outputs).sort()).toEqual(
			["objectives forecast site namespace services stores schedules contacts runbook".split(" "), "databases"]
				.flat()
				.sort(),
		);
	});

	test("describe the first database, and each under its name", () => {
		expect(outputs.namespace).toBe("mysql");
		expect(outputs.databases.mysql?.forecast).toEqual(outputs.forecast);
		expect(outputs.databases.reports).toMatchObject({ namespace: "reports", objectives: { tier: "standard" } });
	});

	test("survive JSON unchanged", () => {
		expect(JSON.parse(JSON.stringify(outputs))).toEqual(outputs);
	});

	test("say in seconds what is promised and what the one forecast predicts", () => {
		const predicted = forecast(first.mysql.plan, first.mysql.site);
		for (const scenario of scenarios) {
			const { objective, rto, rpo, holds } = predicted[scenario];
			expect(outputs.objectives.scenarios[scenario]).toMatchObject({
				rtoSeconds: inSeconds(objective.rto),
				rpoSeconds: inSeconds(objective.rpo),
			});
			expect(outputs.forecast[scenario]).toEqual({
				holds,
				rtoSeconds: rto.seconds,
				rpoSeconds: rpo.seconds,
				rtoTerms: rto.terms,
				rpoTerms: rpo.terms,
			});
		}
	});

	test("hold addresses, schedules, contacts, stores and runbooks", () => {
		expect(outputs.services.primary).toEqual({ name: "mysql-primary", host: "mysql-primary.mysql.svc", port: 3306 });
		expect(outputs.schedules).toMatchObject({ timezone: "Europe/Berlin", drills: { restore: expect.any(String) } });
		expect(outputs.contacts).toEqual([{ role: "Primary DBA", name: "John Doe", phone: "+1-555-0101" }]);
		expect(outputs.stores).toEqual([
			{ name: "local-1", region: "local-1", bucket: "bucket-local-1" },
			{ name: "local-2", region: "local-2", bucket: "bucket-local-2" },
		]);
		expect(outputs.runbook).toMatchObject({ pod: "what to do", facts: { stack: "test", cluster: "mysql" } });
	});
});
