/** What runs in a pull request is what can be run at a desk. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { checkout } from "../../local/engine/stack.ts";

const folder = join(checkout, ".github", "workflows");
const files = await readdir(folder);
const { scripts } = JSON.parse(await readFile(join(checkout, "package.json"), "utf8"));

interface Step {
	readonly uses?: string;
	readonly run?: string;
	readonly if?: string;
	readonly with?: Readonly<Record<string, string>>;
}

describe.each(files)("%s", (file) => {
	const stepsOf = async (): Promise<Step[]> => {
		const { jobs } = parse(await readFile(join(folder, file), "utf8"));
		return Object.values(jobs as Record<string, { steps: Step[] }>).flatMap(({ steps }) => steps);
	};

	test("runs scripts that there are", async () => {
		const text = (await stepsOf()).map(({ run = "" }) => run).join("\n");
		const named = [...text.matchAll(/npm run (?:--silent )?(\S+)/g)].map(([, script]) => script);
		expect(named.length).toBeGreaterThan(0);
		expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
	});

	test("asks clouds for credentials by OIDC alone, and only where the repository names an account", async () => {
		const text = await readFile(join(folder, file), "utf8");
		const steps = await stepsOf();
		const logins = steps.filter(({ uses = "" }) => /aws-credentials|\/auth@/.test(uses));
		for (const { if: condition = "", with: given = {} } of logins) {
			expect(condition).toMatch(
				/^vars\.\w+ != '' && github\.event\.pull_request\.head\.repo\.full_name == github\.repository$/,
			);
			expect(JSON.stringify(given)).not.toMatch(/secrets\.|access-key|credentials_json/);
		}
		expect(logins.length > 0).toBe(parse(text).permissions?.["id-token"] === "write");
		expect(text).not.toMatch(/secrets\.(AWS|GCP|GOOGLE)/);
	});

	test("pins its actions by version, and puts no text of the pull request into a shell", async () => {
		for (const { uses, run = "" } of await stepsOf()) {
			if (uses !== undefined) expect(uses).toMatch(/@v\d+$/);
			expect(run).not.toMatch(/\$\{\{[^}]*(title|body|head\.ref|head_ref|label)/);
		}
	});
});
