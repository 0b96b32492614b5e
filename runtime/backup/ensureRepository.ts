/** Repositories are made when they are first needed, for both keys, and so that they deduplicate alike. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RepositoryAccess, ResticContext } from "./repository.ts";
import type { Gateway } from "./repositoryGateway.ts";
import { ResticError, restic, resticExits } from "./restic.ts";

/** By this name restic lists the key that the recovery key opens. */
const recoveryUser = "mysql-dr-recovery";

/** @throws ResticError for any other reason than that there is none */
export async function repositoryExists(access: RepositoryAccess, context: ResticContext): Promise<boolean> {
	try {
		await restic(access, context, { args: ["cat", "config", "--no-lock"] });
		return true;
	} catch (error) {
		if (error instanceof ResticError && error.code === resticExits.noRepository) return false;
		throw error;
	}
}

/**
 * @param like a repository that this one gets copies from, or gives copies to: only where both cut files at the same
 * places does a copy find again what is there already (restic manual, "Ensuring deduplication for copied snapshots")
 * @returns whether it was made
 */
export async function ensureRepository(
	access: RepositoryAccess,
	context: ResticContext,
	like: (() => Promise<Gateway>) | null = null,
): Promise<boolean> {
	const there = await repositoryExists(access, context);
	if (!there) await initialise(access, context, like);
	await ensureRecoveryKey(access, context);
	return !there;
}

async function initialise(
	access: RepositoryAccess,
	context: ResticContext,
	like: (() => Promise<Gateway>) | null,
): Promise<void> {
	if (like === null) return void (await restic(access, context, { args: ["init"] }));
	const from = await like();
	try {
		const env = fromEnvironment(from, context);
		await restic(access, context, { args: ["init", "--copy-chunker-params"], env });
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
