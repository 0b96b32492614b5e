/** What rules mend by themselves, where they are told to: by the engine. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Engine, presentEngine } from "../../local/engine/engine.ts";
import type { PolicyReport } from "../../local/engine/policyEvents.ts";
import { cases } from "./cases/all.ts";
import { Previews } from "./previews.ts";
import { proven } from "./proven.ts";

const engine = await presentEngine();
const inEngine = engine ? describe : describe.skip;

/** For a hang alone. */
const patience = 300_000;

const remediate = { enforcementLevel: "remediate" };

inEngine("at the level remediate", () => {
	let previews: Previews | undefined;
	let report: PolicyReport | undefined;

	beforeAll(async () => {
		const mendable = cases.filter(
			({ rule, says, title }) =>
				says &&
				(["claims-kept", "snapshots-retained"].includes(rule) ||
					(rule === "current-zone-label" && title === "the written plan's preference")),
		);
		const folder = join(import.meta.dirname, "engine");
		previews = await Previews.open(engine as Engine, { folder, project: "test", stack: "test" });
		const chosen = { MYSQL_DR_TEST_CASES: mendable.map(({ namespace }) => namespace).join(",") };
		report = await previews.preview(chosen, {
			...proven(),
			"claims-kept": remediate,
			"snapshots-retained": remediate,
			"current-zone-label": remediate,
		});
	}, patience);

	afterAll(() => previews?.close());

	test("nothing is left to be refused", () => {
		expect(report).toMatchObject({ lines: [], errors: [] });
	});

	test("Retain, and the label that nodes have, are deployed in place of what the program says, and the rest as it is", () => {
		const spec = (policy: object) => ({
			spec: expect.objectContaining({ persistentVolumeClaimRetentionPolicy: policy }),
		});
		expect(report?.mended).toEqual(
			expect.arrayContaining([
				mended("claims-kept", "claims-kept-1/db", spec({ whenDeleted: "Retain", whenScaled: "Retain" })),
				mended("claims-kept", "claims-kept-2/db", spec({ whenScaled: "Retain" })),
				mended("current-zone-label", "current-zone-label-1/db", { spec: preferring("topology.kubernetes.io/zone") }),
				mended("snapshots-retained", "snapshots-retained-1/snapshots-retained-1-snapshots", {
					deletionPolicy: "Retain",
					driver: "ebs.csi.aws.com",
				}),
				mended("snapshots-retained", "snapshots-retained-2/snapshots-retained-2-old", {
					spec: expect.objectContaining({ deletionPolicy: "Retain", driver: "ebs.csi.aws.com" }),
				}),
			]),
		);
		expect(report?.mended).toHaveLength(5);
	});
});

function preferring(topologyKey: string) {
	const podAffinityTerm = expect.objectContaining({ topologyKey });
	const podAntiAffinity = expect.objectContaining({
		preferredDuringSchedulingIgnoredDuringExecution: [expect.objectContaining({ podAffinityTerm })],
	});
	const spec = expect.objectContaining({ affinity: { podAntiAffinity } });
	return expect.objectContaining({ template: expect.objectContaining({ spec }) });
}

function mended(rule: string, name: string, after: object) {
	return { rule, urn: expect.stringMatching(new RegExp(`::${name}$`)), after: expect.objectContaining(after) };
}
