import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { withPackConfig } from "../../../local/commands/packConfig.ts";
import { drillReport, restoreReport } from "../../policies/proven.ts";

let folder = "";
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "mysql-dr-evidence-"));
});
afterEach(() => rm(folder, { recursive: true }));

const given = (config?: string, evidence?: string) =>
	withPackConfig({ config, evidence }, async (file) => JSON.parse(await readFile(file, "utf8")));

describe("the configuration of the pack", () => {
	test("is empty where nothing is said", async () => {
		expect(await given()).toEqual({});
	});

	test("has the reports below a folder, for both rules that look at some, and what the user says of them", async () => {
		const [restore, drill] = [restoreReport(), drillReport()];
		await mkdir(join(folder, "restore", "mysql"), { recursive: true });
		await writeFile(join(folder, "restore", "mysql", "a.json"), JSON.stringify(restore));
		await writeFile(join(folder, "drills.jsonl"), `${JSON.stringify(drill)}\n${JSON.stringify(drill)}\n`);
		await writeFile(join(folder, "other.json"), '{"kind":"care"}');
		const config = join(folder, "policies.txt");
		await writeFile(config, '{"all":"mandatory","restore-tested":"advisory","failover-drilled":{"criticalDays":7}}');
		const made = await given(config, folder);
		expect(made).toMatchObject({
			all: "mandatory",
			"restore-tested": { enforcementLevel: "advisory" },
			"failover-drilled": { criticalDays: 7 },
		});
		for (const rule of ["restore-tested", "failover-drilled"]) {
			expect(made[rule].reports).toHaveLength(3);
			expect(made[rule].reports).toEqual(expect.arrayContaining([restore, drill]));
		}
	});

	test.each([
		["a configuration that is not there", "nowhere.json", undefined, "nowhere.json is not there"],
		["a folder that is not there", undefined, "nowhere", "nowhere is not there"],
	])("refuses %s", async (_title, config, evidence, wrong) => {
		await expect(given(config, evidence)).rejects.toThrow(wrong);
	});

	test("refuses what is no JSON, by its name", async () => {
		const file = join(folder, "a.json");
		await writeFile(file, "{");
		await expect(given(file)).rejects.toThrow(`${file} is not JSON`);
	});
});
