import { describe, expect, test } from "@jest/globals";
import { accountNames } from "../../../runtime/credentials/accounts.ts";
import { makeAuthority, makeServerCertificate } from "../../../runtime/credentials/certificates.ts";
import { ensureCredentials, secretNames } from "../../../runtime/credentials/ensureCredentials.ts";
import { serverNames } from "../../../runtime/credentials/serverNames.ts";
import { memorySecrets } from "./memorySecrets.ts";

const settings = {
	cluster: "mysql",
	namespace: "mysql",
	clusterDomain: "cluster.local",
	members: 3,
	credentialsManaged: true,
	tlsManaged: true,
};
const day = 24 * 3600 * 1000;
const start = new Date("2026-11-22T12:00:00Z");
const later = (days: number) => ({ now: new Date(start.getTime() + days * day) });
const hosts = serverNames(settings, settings.members);
const existing = Object.fromEntries(accountNames.map((name) => [name, `${name}-given`]));

describe("on a new database", () => {
	test("makes four Secrets with every key that is needed", async () => {
		const store = memorySecrets();
		await ensureCredentials(store, settings);
		const keys = [...store.secrets].map(([name, { data }]) => [name, Object.keys(data).sort()]);
		expect(Object.fromEntries(keys)).toEqual({
			"mysql-credentials": [...accountNames].sort(),
			"mysql-ca": ["ca.crt", "ca.key"],
			"mysql-tls": ["ca.crt", "tls.crt", "tls.key"],
			"mysql-backup-key": ["key", "recoveryKey"],
		});
	});

	test("the backups' two keys differ and have 256 bits, and none is made where the user keeps them", async () => {
		const store = memorySecrets();
		await ensureCredentials(store, settings);
		const { key, recoveryKey } = store.secrets.get("mysql-backup-key")?.data ?? {};
		expect(key).toMatch(/^[\w-]{43}$/);
		expect(recoveryKey).toMatch(/^[\w-]{43}$/);
		expect(key).not.toBe(recoveryKey);
		const without = memorySecrets();
		await ensureCredentials(without, settings, { names: { ...secretNames, backupKey: null } });
		expect([...without.secrets.keys()]).not.toContain("mysql-backup-key");
	});

	test("passwords differ, have 192 bits, and fit replication's 32 characters", async () => {
		const { passwords } = await ensureCredentials(memorySecrets(), settings);
		const made = Object.values(passwords);
		expect(new Set(made).size).toBe(accountNames.length);
		for (const password of made) expect(password).toMatch(/^[\w-]{32}$/);
	});

	test("the authority's key is in no Secret that pods mount", async () => {
		const store = memorySecrets();
		await ensureCredentials(store, settings);
		const key = store.secrets.get("mysql-ca")?.data["ca.key"] ?? "none";
		expect(key).toContain("BEGIN PRIVATE KEY");
		expect(JSON.stringify(store.secrets.get("mysql-tls"))).not.toContain(key.split("\n")[1]);
	});

	test("three watchdogs at once end with the same credentials", async () => {
		const store = memorySecrets();
		const all = await Promise.all([1, 2, 3].map(() => ensureCredentials(store, settings)));
		expect(all[1]).toEqual(all[0]);
		expect(all[2]).toEqual(all[0]);
		expect(store.writes.sort()).toEqual(
			["backup-key", "ca", "credentials", "tls"].map((name) => `create mysql-${name}`),
		);
	});
});

describe("on a database that has them", () => {
	test("writes nothing", async () => {
		const store = memorySecrets();
		const first = await ensureCredentials(store, settings, later(0));
		store.writes.length = 0;
		expect(await ensureCredentials(store, settings, later(300))).toEqual(first);
		expect(store.writes).toEqual([]);
	});

	test("adds the password of an account that is missing and keeps the others", async () => {
		const { drill: _, ...others } = existing;
		const store = memorySecrets({ "mysql-credentials": { ...others, extra: "the user's" } });
		const { passwords } = await ensureCredentials(store, settings);
		expect(passwords).toMatchObject(others);
		expect(passwords.drill).toHaveLength(32);
		expect(store.secrets.get("mysql-credentials")?.data.extra).toBe("the user's");
	});

	test("renews the instances' certificate when less than 30 days are left, by the same authority", async () => {
		const store = memorySecrets();
		const first = await ensureCredentials(store, settings, later(0));
		store.writes.length = 0;
		const renewed = await ensureCredentials(store, settings, later(336));
		expect(store.writes).toEqual(["update mysql-tls"]);
		expect(renewed.ca).toBe(first.ca);
		expect(renewed.certificateEnds.getTime() - first.certificateEnds.getTime()).toBe(336 * day);
	});

	test("makes a certificate anew that lacks a name", async () => {
		const store = memorySecrets();
		await ensureCredentials(store, settings);
		store.writes.length = 0;
		await ensureCredentials(store, { ...settings, members: 5 });
		expect(store.writes).toEqual(["update mysql-tls"]);
	});

	test("with the authority's Secret lost, keeps what works and trusts both authorities after the renewal", async () => {
		const store = memorySecrets();
		const first = await ensureCredentials(store, settings, later(0));
		store.secrets.delete("mysql-ca");
		expect((await ensureCredentials(store, settings, later(1))).ca).toBe(first.ca);
		const renewed = await ensureCredentials(store, settings, later(336));
		expect(renewed.ca).toContain(first.ca);
		expect(renewed.ca.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
		store.writes.length = 0;
		await ensureCredentials(store, settings, later(337));
		expect(store.writes).toEqual([]);
	});
});

describe("on Secrets that the user keeps", () => {
	const own = { ...settings, credentialsManaged: false, tlsManaged: false };

	async function given() {
		const authority = await makeAuthority("own", start);
		const server = await makeServerCertificate(authority, hosts, start);
		return {
			"mysql-credentials": existing,
			"mysql-tls": { "ca.crt": authority.certificate, "tls.crt": server.certificate, "tls.key": server.key },
		};
	}

	test("takes them as they are and writes nothing, even when the certificate is about to end", async () => {
		const store = memorySecrets(await given());
		const names = { ...secretNames, backupKey: null };
		const { passwords } = await ensureCredentials(store, own, { ...later(364), names });
		expect(passwords).toEqual(existing);
		expect(store.writes).toEqual([]);
	});

	test("takes them under other names", async () => {
		const secrets = await given();
		const store = memorySecrets({ vault: secrets["mysql-credentials"], issued: secrets["mysql-tls"] });
		const names = { ...secretNames, passwords: "vault", tls: "issued" };
		expect((await ensureCredentials(store, own, { names })).passwords).toEqual(existing);
	});

	test.each<[string, string, Record<string, string> | undefined, string]>([
		[
			"a Secret that is absent",
			"mysql-credentials",
			undefined,
			"secret mysql-credentials: does not exist; create it with the keys root, watchdog, replication, clone, monitor, archive, backup, app, drill, or leave existingSecret out to have it made",
		],
		[
			"a missing key",
			"mysql-tls",
			{ "ca.crt": "x", "tls.crt": "x" },
			"secret mysql-tls, key tls.key: is missing; it needs the keys ca.crt, tls.crt, tls.key",
		],
		[
			"a password with a newline at its end",
			"mysql-credentials",
			{ ...existing, app: "hunter2\n" },
			"secret mysql-credentials, key app: ends with a newline; replace it",
		],
		[
			"a password that replication cannot take",
			"mysql-credentials",
			{ ...existing, replication: "x".repeat(33) },
			"secret mysql-credentials, key replication: is longer than 32 characters, more than replication takes; replace it",
		],
		[
			"something that is no certificate",
			"mysql-tls",
			{ "ca.crt": "junk", "tls.crt": "junk", "tls.key": "junk" },
			"secret mysql-tls, key ca.crt: is not a certificate in PEM; replace it",
		],
	])("refuses %s", async (_, name, data, message) => {
		const secrets: Record<string, Record<string, string>> = await given();
		if (data === undefined) delete secrets[name];
		else secrets[name] = data;
		await expect(ensureCredentials(memorySecrets(secrets), own)).rejects.toThrow(new Error(message));
	});
});
