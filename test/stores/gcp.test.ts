/** Who may do what with the buckets in Google Cloud: roles and conditions as they are declared. */
import { describe, expect, test } from "@jest/globals";
import { accountId } from "../../components/stores/gcp/identities.ts";
import { type Binding, bindingsOf, keyCondition, permissions } from "../../components/stores/gcp/rights.ts";
import { type Identity, identities } from "../../components/stores/layout.ts";

/** The part of the Common Expression Language that is used: one of several beginnings of names. */
function holds(expression: string, name: string): boolean {
	return expression.split(" || ").some((term) => {
		const beginning = /^resource\.name\.startsWith\("([^"]+)"\)$/.exec(term)?.[1];
		if (beginning === undefined) throw new Error(`${term} is not known here: nothing can be said of it`);
		return name.startsWith(beginning);
	});
}

/** The watchdog has no account and so no binding; who may override has its role on the buckets, without a condition. */
type Who = Identity | "watchdog" | "override";

function bindings(who: Who): readonly Binding[] {
	if (who === "watchdog") return [];
	return who === "override" ? [{ right: "override", keys: null }] : bindingsOf(who, "mysql");
}

function may(who: Who, permission: string, key: string | null): boolean {
	const name = key === null ? "projects/_/buckets/b" : `projects/_/buckets/b/objects/${key}`;
	return bindings(who).some(
		({ right, keys }) =>
			(permissions[right] as readonly string[]).includes(permission) &&
			(keys === null || holds(keyCondition("b", keys), name)),
	);
}

const segment = "archive/mysql/segments/1.segment";
const pack = "repository/mysql/data/ab/abc";

describe("of the buckets", () => {
	test.each<[Who, string, string | null, boolean]>([
		["archiver", "storage.objects.create", segment, true],
		["archiver", "storage.objects.setRetention", segment, true],
		["archiver", "storage.objects.get", segment, true],
		["archiver", "storage.objects.list", null, true],
		["archiver", "storage.objects.delete", segment, false],
		["archiver", "storage.objects.overrideUnlockedRetention", segment, false],
		["archiver", "storage.objects.create", pack, false],
		["archiver", "storage.objects.create", "archive/other/segments/1.segment", false],
		["jobs", "storage.objects.create", pack, true],
		["jobs", "storage.objects.delete", pack, true],
		["jobs", "storage.objects.delete", segment, true],
		["jobs", "storage.objects.overrideUnlockedRetention", segment, false],
		["jobs", "storage.objects.create", segment, false],
		["jobs", "storage.objects.delete", "evidence/restore/mysql/1.json", false],
		["jobs", "storage.objects.delete", "repository/other/data/ab/abc", false],
		["restorer", "storage.objects.get", pack, true],
		["restorer", "storage.objects.get", segment, true],
		["restorer", "storage.objects.create", segment, false],
		["restorer", "storage.objects.delete", pack, false],
		["watchdog", "storage.objects.get", segment, false],
		["watchdog", "storage.objects.create", "evidence/failover/mysql/1.json", false],
		["watchdog", "storage.objects.delete", pack, false],
		["watchdog", "storage.objects.list", null, false],
		// What objects.patch asks for, by which a lock is taken away.
		["override", "storage.objects.update", segment, true],
		["override", "storage.objects.setRetention", segment, true],
		["override", "storage.objects.overrideUnlockedRetention", segment, true],
		["override", "storage.objects.get", segment, true],
		["override", "storage.objects.list", null, true],
		["override", "storage.objects.delete", segment, true],
		["override", "storage.objects.create", segment, false],
		["archiver", "storage.objects.update", segment, false],
		["jobs", "storage.objects.update", segment, false],
	])("%s: %s of %s: %s", (who, permission, key, expected) => {
		expect(may(who, permission, key)).toBe(expected);
	});

	test("nobody's pods may change a bucket or its rights", () => {
		for (const who of identities)
			for (const permission of ["storage.buckets.setIamPolicy", "storage.buckets.update", "storage.buckets.delete"])
				expect([who, permission, may(who, permission, null)]).toEqual([who, permission, false]);
	});
});

test("accounts have names that Google takes, and no two the same", () => {
	const long = "a-database-with-a-very-long-name-indeed";
	const names = ["m", long, `${long}2`].flatMap((cluster) => identities.map((one) => accountId("stack", cluster, one)));
	for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
	expect(new Set(names).size).toBe(names.length);
});
