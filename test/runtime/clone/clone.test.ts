import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { UserError } from "../../../objectives/error.ts";
import { checkName, checkTtl, cloneLabel, cloneName, cloneOf, expired } from "../../../runtime/clone/clone.ts";
import { accountChanges, type FoundAccount } from "../../../runtime/clone/cloneAccounts.ts";
import { cloneNamespace } from "../../../runtime/clone/cloneStorage.ts";
import { expireClone } from "../../../runtime/clone/expireClone.ts";
import { ourAccounts } from "../../../runtime/instance/accountsSql.ts";
import { clusterAccess } from "../../../runtime/kubernetes/access.ts";
import { type FakeApi, fakeApi } from "../kubernetes/fakeApi.ts";
import { cloneFacts } from "./facts.ts";

const hour = 3_600_000;

describe("a clone's name", () => {
	test("is one that a namespace may have, and begins as the database's does, however long that is", () => {
		const names = fc.stringMatching(/^[a-z][a-z0-9-]{0,60}[a-z0-9]$/);
		fc.assert(
			fc.property(names, fc.stringMatching(/^[0-9a-f]{4}$/), (cluster, suffix) => {
				const name = cloneName(cluster, suffix);
				expect(checkName(name)).toBe(name);
				expect(name.endsWith(`-clone-${suffix}`)).toBe(true);
				expect(cluster.startsWith(name.slice(0, -`-clone-${suffix}`.length))).toBe(true);
			}),
		);
	});

	test.each(["", "Upper", "-begins", "ends-", "a_b", "a".repeat(64)])("%p is refused", (name) => {
		expect(() => checkName(name)).toThrow(UserError);
	});
});

describe("a clone's time", () => {
	test.each([0, 299_999, 30 * 24 * hour + 1])("of %d ms is refused, with what is possible", (ttl) => {
		expect(() => checkTtl(ttl)).toThrow(/^--ttl: a clone lives for 5 minutes at least and 30 days at most/);
	});

	test("is over at the moment that its namespace says, and never where nobody can read it", () => {
		fc.assert(
			fc.property(fc.date({ noInvalidDate: true }), fc.integer({ min: -hour, max: hour }), (at, off) => {
				const expiresAt = new Date(Date.UTC(2026, 0, 1) + (at.getTime() % hour)).toISOString();
				expect(expired({ expiresAt }, new Date(Date.parse(expiresAt) + off))).toBe(off >= 0);
			}),
		);
		expect(expired({ expiresAt: null }, new Date())).toBe(false);
		const labelled = {
			metadata: { labels: { [cloneLabel]: "mysql" }, annotations: { "mysql-dr/clone-expires-at": "soon" } },
		};
		expect(cloneOf(labelled)?.expiresAt).toBeNull();
	});
});

describe("the accounts of a clone", () => {
	const account = fc.record({
		user: fc.oneof(
			fc.constantFrom(...ourAccounts(["app"]).map(({ name }) => name)),
			fc.constant("mysql_dr_import"),
			fc.string(),
		),
		host: fc.constantFrom("%", "localhost", "10.%"),
		locked: fc.boolean(),
	});
	const all = fc.uniqueArray(account, { selector: ({ user, host }) => `${user}@${host}`, maxLength: 20 });
	const wish = { passwords: { root: "r", app: "a" }, schema: "app" };
	const ours = new Set(ourAccounts(["app"]).map(({ name, host }) => `${name}@${host}`));
	const shown = ({ user, host }: FoundAccount) => `${user}@${host}`;

	test("are two of ours; every other that could log in is dropped where it is ours, else locked and named", () => {
		fc.assert(
			fc.property(all, (found) => {
				const { sql, locked, kept } = accountChanges(found, { ...wish, keep: false });
				const users = found.filter((one) => !ours.has(shown(one)) && !one.user.startsWith("mysql_dr_"));
				expect(locked).toEqual(users.filter((one) => !one.locked).map(shown));
				expect(kept).toEqual([]);
				const stay = ["app@%", "root@localhost"];
				const going = found.filter((one) => !users.includes(one) && !stay.includes(shown(one)));
				expect(sql.match(/^DROP USER /gm)?.length ?? 0).toBe(going.length);
				expect(sql.match(/ ACCOUNT LOCK;$/gm)?.length ?? 0).toBe(locked.length);
				expect(sql.startsWith("SET SESSION sql_log_bin = 0;")).toBe(true);
			}),
		);
	});

	test("of the user's stay as they are where that is said, and ours go all the same", () => {
		fc.assert(
			fc.property(all, (found) => {
				const locking = accountChanges(found, { ...wish, keep: false });
				const keeping = accountChanges(found, { ...wish, keep: true });
				expect(keeping).toMatchObject({ locked: [], kept: locking.locked });
				expect(keeping.sql).toBe(locking.sql.replaceAll(/^ALTER USER .* ACCOUNT LOCK;\n/gm, ""));
			}),
		);
	});
});

describe("a clone's expiry", () => {
	let api: FakeApi;
	beforeEach(async () => {
		api = await fakeApi();
		api.routes.set(`GET ${path}`, [200, cloneNamespace(cloneFacts())]);
		api.routes.set(`DELETE ${path}`, [200, {}]);
	});
	afterEach(() => api.close());
	const path = "/api/v1/namespaces/mysql-clone-3f2a";
	const expire = (at: string) =>
		expireClone(clusterAccess({ kubeconfig: api.kubeconfig }).api, "mysql-clone-3f2a", new Date(at));
	const deletions = () => api.seen.filter(({ method }) => method === "DELETE").length;

	test("deletes its namespace once its time is over, and not before", async () => {
		expect(await expire("2026-11-25T17:59:59Z")).toMatchObject({ deleted: false });
		expect(deletions()).toBe(0);
		expect(await expire("2026-11-25T18:00:00Z")).toMatchObject({ deleted: true });
		expect(deletions()).toBe(1);
	});

	test("leaves a namespace that is no clone's, whatever else it says", async () => {
		const { metadata, ...rest } = cloneNamespace(cloneFacts());
		api.routes.set(`GET ${path}`, [200, { ...rest, metadata: { ...metadata, labels: {} } }]);
		await expect(expire("2027-01-01T00:00:00Z")).rejects.toThrow("is no clone: it stays");
		expect(deletions()).toBe(0);
	});

	test("does not ask twice for what is going", async () => {
		const { metadata, ...rest } = cloneNamespace(cloneFacts());
		const deletionTimestamp = "2026-11-25T18:00:01Z";
		api.routes.set(`GET ${path}`, [200, { ...rest, metadata: { ...metadata, deletionTimestamp } }]);
		expect(await expire("2026-11-25T19:00:00Z")).toMatchObject({ deleted: false });
		expect(deletions()).toBe(0);
	});
});
