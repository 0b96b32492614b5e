/** Repositories are made when they are first needed, for both keys, and so that they deduplicate alike. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BackupStore, gatewayTo } from "./backupStore.ts";
import { repositoryPath } from "./entry.ts";
import type { RepositoryAccess, ResticContext } from "./repository.ts";
import type { Gateway } from "./repositoryGateway.ts";
import { restic } from "./restic.ts";

/** By this name restic lists the key that the recovery key opens. */
const recoveryUser = "mysql-dr-recovery";

/**
 * Asked of the store itself, which answers or does not within a deadline: restic tries for a quarter of an hour to reach
 * one that is away.
 * @throws what the store throws
 */
export async function repositoryExists({ objects }: BackupStore, cluster: string): Promise<boolean> {
	return (await objects.head(`${repositoryPath(cluster)}/config`)) !== null;
}

/**
 * @param stores whichever repository is there first, the others are made like it: only where two cut files at the same
 * places does a copy find again what is there already (restic manual, "Ensuring deduplication for copied snapshots")
 * @throws what the store throws when it is away; ResticError
 */
export async function ensureRepository(
	store: BackupStore,
	stores: readonly BackupStore[],
	context: ResticContext,
	cluster: string,
): Promise<void> {
	if (!(await repositoryExists(store, cluster))) {
		await clearHalfMade(store, cluster);
		const like = await firstThere(
			stores.filter((other) => other !== store),
			cluster,
		);
		await initialise(store, context, like === null ? null : () => gatewayTo(cluster, like));
	}
	await ensureRecoveryKey(store.repository, context);
}

/** Longer than restic tries to write one object, a quarter of an hour: whoever wrote a key before that has ended. Milliseconds. */
const makingMs = 20 * 60_000;

/**
 * restic writes a key first, and then what makes it a repository. Whoever was ended between the two left a key that opens
 * nothing, and restic makes no repository where there is one. Where there is anything else, it stays: its key may be needed.
 */
async function clearHalfMade({ objects }: BackupStore, cluster: string): Promise<void> {
	const prefix = `${repositoryPath(cluster)}/`;
	const left: string[] = [];
	for await (const { key, modifiedAt } of objects.list(prefix)) {
		if (!key.startsWith(`${prefix}keys/`) || Date.now() - modifiedAt.getTime() < makingMs) return;
		left.push(key);
	}
	for (const key of left) await objects.remove(key, "hide");
}

async function firstThere(stores: readonly BackupStore[], cluster: string): Promise<BackupStore | null> {
	for (const store of stores) {
		if (await repositoryExists(store, cluster).catch(() => false)) return store;
	}
	return null;
}

async function initialise(
	{ repository }: BackupStore,
	context: ResticContext,
	like: (() => Promise<Gateway>) | null,
): Promise<void> {
	if (like === null) return void (await restic(repository, context, { args: ["init"] }));
	const from = await like();
	try {
		const env = fromEnvironment(from, context);
		await restic(repository, context, { args: ["init", "--copy-chunker-params"], env });
	} finally {
		await from.close();
	}
}

/** Where restic takes from what it copies. */
export const fromEnvironment = (from: Gateway, { keys }: ResticContext) => ({
	RESTIC_FROM_REPOSITORY: from.repository,
	RESTIC_FROM_PASSWORD: keys.key,
});

async function ensureRecoveryKey(access: RepositoryAccess, context: ResticContext): Promise<void> {
	const { recoveryKey } = context.keys;
	if (recoveryKey === undefined) return;
	const text = await restic(access, context, { args: ["key", "list", "--json", "--no-lock"] });
	const listed = JSON.parse(text) as readonly { readonly userName: string }[];
	if (listed.some(({ userName }) => userName === recoveryUser)) return;
	const file = join(context.folder, "recovery-key");
	try {
		await writeFile(file, recoveryKey, { mode: 0o600 });
		await restic(access, context, { args: ["key", "add", "--user", recoveryUser, "--new-password-file", file] });
	} finally {
		await rm(file, { force: true });
	}
}
