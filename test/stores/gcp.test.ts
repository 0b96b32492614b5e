/** Who may do what with the buckets in Google Cloud: the roles, bindings and conditions that a stack declares. */
import { describe, expect, test } from "@jest/globals";
import { accountId } from "../../components/stores/gcp/identities.ts";
import { type Identity, identities, keysOf } from "../../components/stores/layout.ts";
import { declaredInCloud, inCloud } from "../components/declaredInCloud.ts";

/** The part of the Common Expression Language that is used: one of several beginnings of names. */
function holds(expression: string, name: string): boolean {
	return expression.split(" || ").some((term) => {
		const beginning = /^resource\.name\.startsWith\("([^"]+)"\)$/.exec(term)?.[1];
		if (beginning === undefined) throw new Error(`${term} is not known here: nothing can be said of it`);
		return name.startsWith(beginning);
	});
}

const stack = await declaredInCloud(
	inCloud({
		cloud: "gcp",
		stores: { bucket: "company", gcp: { project: "company-prod", override: ["group:dba@company.com"] } },
	}),
);
const bucket = "company-europe-west3";

/** The watchdog has no account, and so no binding. */
type Who = Identity | "watchdog" | "override";
const memberOf = (who: Who) =>
	who === "override" ? "group:dba@company.com" : `serviceAccount:mysql-${who}@example.com`;

/** Permissions of a role that the stack declares. */
function permissionsOf(role: string): readonly string[] {
	const found = stack
		.all("IAMCustomRole")
		.find(({ inputs }) => `projects/${inputs.project}/roles/${inputs.roleId}` === role);
	if (!found) throw new Error(`no role ${role} is declared`);
	return found.inputs.permissions;
}

function may(who: Who, permission: string, key: string | null): boolean {
	const name = `projects/_/buckets/${bucket}${key === null ? "" : `/objects/${key}`}`;
	const bindings = stack.all("BucketIAMMember").filter(({ inputs }) => inputs.bucket === bucket);
	return bindings.some(
		({ inputs: { member, role, condition } }) =>
			member === memberOf(who) &&
			permissionsOf(role).includes(permission) &&
			(condition === undefined || holds(condition.expression, name)),
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
		["jobs", "storage.objects.create", segment, true],
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

	test("what nobody may on one database's keys, the other's pods may not either", () => {
		const others = stack.all("BucketIAMMember").filter(({ inputs }) => /:other-/.test(inputs.member));
		const limited = others.filter(({ inputs }) => inputs.condition !== undefined);
		expect(limited.length).toBeGreaterThan(4);
		for (const { inputs } of limited)
			for (const key of Object.values(keysOf("mysql")))
				expect(holds(inputs.condition.expression, `projects/_/buckets/${inputs.bucket}/objects/${key}k`)).toBe(false);
		// Without a condition is listing alone.
		for (const { inputs } of others.filter((one) => !limited.includes(one)))
			expect(permissionsOf(inputs.role)).toEqual(["storage.objects.list", "storage.buckets.get"]);
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
