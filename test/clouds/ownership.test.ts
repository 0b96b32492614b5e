/** Where a name leads is changed by whoever promotes a site; the real engine never changes it back. */
import { join } from "node:path";
import { beforeAll, describe, expect, jest, test } from "@jest/globals";
import { withStack } from "../../local/engine/stack.ts";
import { silent } from "../../local/step.ts";
import { installDoubles } from "../doubles/install.ts";
import { temporary } from "../runtime/temporary.ts";
import { engine } from "./preview.ts";

// Hangs alone are ended by it.
jest.setTimeout(600_000);

const found = await engine();

interface Step {
	readonly op: string;
	readonly urn: string;
}

(found === undefined ? describe.skip : describe)("a name that was made", () => {
	let steps: readonly Step[] = [];
	beforeAll(async () => {
		const folder = temporary("named");
		const home = join(folder, "doubles");
		await installDoubles(home);
		const place = { stack: "named", file: "prod", folder: join(folder, "stack") };
		steps = await withStack(place, found as NonNullable<typeof found>, silent, async ({ pulumi }) => {
			const at = (ADDRESS: string) => ({
				cwd: join(import.meta.dirname, "named"),
				env: { PULUMI_HOME: home, ADDRESS },
			});
			await pulumi(["up", "--yes", "--skip-preview", "--non-interactive"], at("192.0.2.1"));
			const { stdout } = await pulumi(["preview", "--json", "--show-sames", "--non-interactive"], at("192.0.2.2"));
			return JSON.parse(stdout).steps;
		});
	});

	test.each(["Record::one", "RecordSet::other"])(
		"is left alone, though its site has another address now: %s",
		(name) => {
			expect(steps.filter(({ urn }) => urn.endsWith(name)).map(({ op }) => op)).toEqual(["same"]);
		},
	);
});
