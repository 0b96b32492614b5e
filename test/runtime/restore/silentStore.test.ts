/** A store that goes silent in the middle of a restore, while another one has the same. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { RepositoryAccess } from "../../../runtime/backup/repository.ts";
import { restic } from "../../../runtime/backup/restic.ts";
import { restoreData } from "../../../runtime/restore/restoreData.ts";
import { resticAccess } from "../../../runtime/store/resticRepository.ts";
import { hasPrograms, programPath } from "../realMysqld.ts";
import { FaultyProxy } from "../store/faultyProxy.ts";
import { Gateway, versitygw } from "../store/versitygw.ts";
import { temporary } from "../temporary.ts";

jest.setTimeout(120_000);
process.env.PATH = programPath;
const program = await versitygw();
const key = "a key of these tests";
const silenceMs = 2000;

(program === undefined || !hasPrograms("restic") ? describe.skip : describe)("a store that goes silent", () => {
	let gateway: Gateway;
	let proxy: FaultyProxy;
	let snapshot: string;
	const folder = temporary("silent-store");
	const content = randomBytes(2 ** 20);
	const repositories: RepositoryAccess[] = [];

	beforeAll(async () => {
		gateway = await Gateway.up(program as string);
		proxy = await FaultyProxy.before(gateway.store);
		for (const [name, endpoint] of [
			["near", proxy.endpoint],
			["far", gateway.store.endpoint],
		] as const) {
			const store = { ...gateway.store, name, endpoint };
			repositories.push({ name, ...resticAccess({ store, cluster: "shop", keys: gateway.keys, folder }) });
		}
		const source = join(folder, "source");
		await mkdir(source);
		await writeFile(join(source, "table.ibd"), content);
		const [, far] = repositories as [RepositoryAccess, RepositoryAccess];
		await restic(far, { keys: { key }, folder }, { args: ["init"] });
		await restic(far, { keys: { key }, folder }, { args: ["backup", "."], folder: source });
		const [made] = JSON.parse(await restic(far, { keys: { key }, folder }, { args: ["snapshots", "--json"] }));
		snapshot = made.id;
	});

	afterAll(async () => {
		proxy.mend();
		await proxy.stop();
		await gateway.stop();
	});

	const restored = async (stores: readonly string[], signal?: AbortSignal) => {
		const notes: string[] = [];
		const into = temporary("restored");
		const copies = stores.map((store) => ({ store, snapshot }));
		const plan = { base: { kind: "backup", id: "full-1", copies }, bytes: { data: content.length, archive: 0 } };
		const work = { folder: into, repositories, key, report: () => {}, onNote: (note: string) => notes.push(note) };
		await restoreData(plan as never, { ...work, signal, silenceMs });
		return { notes, found: await readFile(join(into, "data", "table.ibd")) };
	};

	test("is given up for the next one", async () => {
		void proxy.fail({ kind: "silent" }, { path: "/data/" });
		const { notes, found } = await restored(["near", "far"]);
		expect(found.equals(content)).toBe(true);
		expect(notes).toEqual(["store near: it has given nothing for 2 s; restored from far"]);
	});

	test("is waited for where there is no other, until the operator ends it", async () => {
		const silent = proxy.fail({ kind: "silent" }, { path: "/data/" });
		const ended = new AbortController();
		const waiting = restored(["near"], ended.signal);
		await silent;
		const before = await Promise.race([waiting.then(() => "over"), longerThan(2 * silenceMs)]);
		ended.abort(new Error("ended by SIGTERM"));
		await expect(waiting).rejects.toThrow("ended by SIGTERM");
		expect(before).toBe("still waiting");
	});
});

function longerThan(ms: number): Promise<string> {
	return new Promise((resolve) => setTimeout(() => resolve("still waiting"), ms));
}
