/** Which accounts of the source come in, which cannot, and whose objects would have no owner. Pure. */
import { accountNames } from "../credentials/accounts.ts";
import { grantedSchema, sqlString } from "../mysql/sqlText.ts";
import { type Finding, finding } from "./finding.ts";
import { type Account, accountName, type Inventory, type Program, serverAccounts } from "./inventory.ts";
import type { Compared } from "./judgeServer.ts";

/** What the import logs in to the target with. */
export const importAccount = "mysql_dr_import";

/** Names that the target keeps for itself, whatever their host. */
const ours: readonly string[] = [...accountNames, importAccount];

export interface AccountPlan {
	readonly carried: readonly Account[];
	/** The target has an account of that name, which stays as it is. */
	readonly kept: readonly Account[];
	/** Its kind of password is unknown to the target. */
	readonly impossible: readonly Account[];
}

export function planAccounts(source: Inventory, target: Inventory, authentication: readonly string[]): AccountPlan {
	const there = new Set(target.accounts.map(accountName));
	const kept = source.accounts.filter((one) => ours.includes(one.user) || there.has(accountName(one)));
	const others = source.accounts.filter((one) => !kept.includes(one));
	// Roles have no plugin of their own.
	const possible = ({ plugin }: Account) => plugin === "" || authentication.includes(plugin);
	return { carried: others.filter(possible), kept, impossible: others.filter((one) => !possible(one)) };
}

export function judgeAccounts(compared: Compared): readonly Finding[] {
	const { source, target, targetFacts, withAccounts } = compared;
	const plan = planAccounts(source, target, targetFacts.authentication);
	const found = withAccounts ? accounts(plan) : [];
	return [...found, ...definers(compared, withAccounts ? plan.carried : [])];
}

function accounts({ carried, kept, impossible }: AccountPlan): readonly Finding[] {
	const who = ({ user, host }: Account) => `${sqlString(user)}@${sqlString(host)}`;
	return [
		...finding({
			kind: "account-passwords",
			wrong: "accounts whose kind of password the target does not know",
			where: impossible.map((one) => `${accountName(one)} (${one.plugin})`),
			remedy:
				"give each a password of the new kind on the source (its clients must know caching_sha2_password), or leave all accounts behind with --no-accounts",
			paste: impossible.map(
				(one) => `ALTER USER ${who(one)} IDENTIFIED WITH caching_sha2_password BY '<its password>';`,
			),
		}),
		...finding({
			kind: "accounts-kept",
			weight: "warned",
			wrong:
				"the target has accounts of these names, which stay as they are: their passwords on the source do not come along",
			where: kept.map(accountName),
			remedy: "let the application use the target's: mysql-dr credentials <account>",
		}),
		...finding({
			kind: "accounts-carried",
			weight: "noted",
			wrong: "accounts that come along with their passwords, locked until the cutover",
			where: carried.map(accountName),
			remedy:
				"what is granted to them on everything is granted on the imported schemas alone; later changes of accounts do not come along",
		}),
	];
}

function definers({ source, target }: Compared, carried: readonly Account[]): readonly Finding[] {
	const known = new Set([...carried, ...target.accounts].map(accountName));
	const server = serverAccounts.map((user) => accountName({ user, host: "localhost" }));
	const orphans = source.programs.filter(({ definer }) => !known.has(definer) && !server.includes(definer));
	const owners = [...new Set(orphans.map(({ definer }) => definer))];
	return finding({
		kind: "definers",
		wrong:
			"views, routines, triggers or events belong to accounts that the target will not have: they would fail when used",
		where: orphans.map(({ schema, name, kind, definer }) => `${kind} ${schema}.${name} (${definer})`),
		remedy: "make these accounts on the target's primary as root, locked, with what their objects need; for example",
		paste: owners.flatMap((owner) => lockedOwner(owner, orphans)),
		acceptable: true,
	});
}

function lockedOwner(owner: string, orphans: readonly Program[]): string[] {
	const at = owner.lastIndexOf("@");
	const who = `${sqlString(owner.slice(0, at))}@${sqlString(owner.slice(at + 1))}`;
	const schemas = [...new Set(orphans.filter(({ definer }) => definer === owner).map(({ schema }) => schema))];
	return [
		`CREATE USER ${who} IDENTIFIED BY RANDOM PASSWORD ACCOUNT LOCK;`,
		...schemas.map((schema) => `GRANT ALL PRIVILEGES ON ${grantedSchema(schema)}.* TO ${who};`),
	];
}
