/** What buckets do by themselves never takes what the plan still keeps. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { lifecycleRules } from "../../components/stores/aws/lifecycle.ts";
import { keptFor } from "../../components/stores/gcp/bucket.ts";
import { keysOf } from "../../components/stores/layout.ts";
import { type StoredDatabase, undeleteDays } from "../../components/stores/made.ts";
import { milliseconds } from "../../objectives/index.ts";

const day = 86_400_000;
const kept = fc.integer({ min: 1, max: 400 * day }).map(milliseconds);
const databases: fc.Arbitrary<StoredDatabase[]> = fc
	.array(fc.record({ full: kept, incremental: kept, logical: kept, archive: kept }), { minLength: 1, maxLength: 3 })
	.map((all) => all.map((retention, index) => ({ cluster: `db${index}`, namespace: `db${index}`, retention })));
const longest = (all: readonly StoredDatabase[]) =>
	Math.max(...all.flatMap(({ retention }) => Object.values(retention)));

describe("in S3", () => {
	test("nothing that is current ever expires", () => {
		fc.assert(
			fc.property(databases, (all) => {
				for (const rule of lifecycleRules(all)) {
					const { expiration } = rule as { expiration?: Record<string, unknown> };
					expect(Object.keys(expiration ?? {})).toEqual(expiration ? ["expiredObjectDeleteMarker"] : []);
				}
			}),
		);
	});

	test("what was deleted can be brought back for as long as any database keeps anything", () => {
		fc.assert(
			fc.property(databases, (all) => {
				const rules = lifecycleRules(all) as { noncurrentVersionExpiration?: { noncurrentDays: number } }[];
				const days = rules.flatMap(({ noncurrentVersionExpiration: one }) => (one ? [one.noncurrentDays] : []));
				expect(days).toHaveLength(1);
				for (const one of days) expect(one * day).toBeGreaterThanOrEqual(longest(all));
			}),
		);
	});

	test("nothing is moved to where a restore would wait for it", () => {
		fc.assert(
			fc.property(databases, (all) => {
				const rules = lifecycleRules(all) as { transitions?: { storageClass: string }[] }[];
				const classes = rules.flatMap(({ transitions = [] }) => transitions.map(({ storageClass }) => storageClass));
				expect(new Set(classes)).toEqual(new Set(["INTELLIGENT_TIERING"]));
			}),
		);
	});

	test("only restic's large files are moved: each move is billed, and segments are small and many", () => {
		fc.assert(
			fc.property(databases, (all) => {
				const rules = lifecycleRules(all) as { transitions?: unknown; filter: { prefix: string } }[];
				const moved = rules.flatMap(({ transitions, filter }) => (transitions ? [filter.prefix] : []));
				expect(moved).toEqual(all.map(({ cluster }) => keysOf(cluster).repository));
			}),
		);
	});

	test("a rule has a name of its own", () => {
		fc.assert(
			fc.property(databases, (all) => {
				const names = lifecycleRules(all).map(({ id }) => id);
				expect(new Set(names).size).toBe(names.length);
			}),
		);
	});
});

test("in Cloud Storage it can be brought back for as long, within what soft deletion takes", () => {
	fc.assert(
		fc.property(databases, (all) => {
			const { softDeletePolicy, lifecycleRules: rules } = keptFor(undeleteDays(all));
			const soft = softDeletePolicy.retentionDurationSeconds / 86_400;
			expect(soft).toBeGreaterThanOrEqual(7);
			expect(soft).toBeLessThanOrEqual(90);
			const conditions: { daysSinceNoncurrentTime?: number | undefined }[] = rules.map(({ condition }) => condition);
			const versions = conditions.flatMap(({ daysSinceNoncurrentTime: days }) => days ?? []);
			expect(versions).toHaveLength(1);
			for (const days of versions) expect((soft + days) * day).toBeGreaterThanOrEqual(longest(all));
			// By age goes alone what was never finished.
			for (const { action, condition } of rules)
				if ("age" in condition) expect(action.type).toBe("AbortIncompleteMultipartUpload");
		}),
	);
});
