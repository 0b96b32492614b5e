/** `npm run policy` as it is called, where it fails before any preview. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { checkout } from "../../../local/engine/stack.ts";
import { run } from "../../../local/tools/run.ts";

const policy = (...args: string[]) =>
	run(process.execPath, [join("local", "bin.ts"), "policy", ...args], { cwd: checkout, accept: [0, 2] });

/** For a hang alone. */
const patience = 300_000;

describe("a stack that cannot be judged", () => {
	let folder: string;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "mysql-dr-policy-"));
	});
	afterAll(() => rm(folder, { recursive: true, force: true }));

	test(
		"has a report that says why, and a comment",
		async () => {
			const { code, stdout, stderr } = await policy("--stack", "unheard-of", "--json");
			expect(code).toBe(2);
			const [message] = JSON.parse(stdout).errors;
			expect(stderr).toContain(message);
			expect(message).toMatch(/unheard-of/);
			expect(JSON.parse(stdout)).toMatchObject({ verdict: "failed", kept: [], findings: [] });
			await writeFile(join(folder, "prod.json"), stdout);
			await writeFile(join(folder, "dev.json"), "");
			const comment = await policy("comment", join(folder, "dev.json"), join(folder, "prod.json"));
			expect(comment.stdout).toContain("### Disaster recovery: ⚠️ dev: failed, ⚠️ prod: failed");
			expect(comment.stdout).toContain(message.replaceAll("`", "'").slice(0, 100));
			expect(comment.stdout).toContain("nothing was said of it");
		},
		patience,
	);
});

test("an older Node.js is told which one the pack needs", async () => {
	const old = 'Object.defineProperty(process.versions, "node", { value: "22.17.1" })';
	const { stderr } = await run(process.execPath, ["-e", `${old}; require("./policies/pack.cjs")`], {
		cwd: checkout,
		accept: [1],
	});
	expect(stderr).toMatch(/Node\.js: 22\.17\.1 .*22\.18 or newer/);
});
