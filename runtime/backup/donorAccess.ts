/** How a job reaches the instances. */
import { read } from "../mysql/reading.ts";
import { openSession, type Session } from "../mysql/session.ts";
import type { Member } from "./donor.ts";

export interface MemberAccess {
	readonly members: readonly string[];
	/** Host name and ports of an instance. */
	readonly reach: (name: string) => { readonly host: string; readonly port: number; readonly adminPort: number };
	/** Path of the certificate authority. */
	readonly caFile: string;
	/** The same, as PEM text. */
	readonly ca: string;
	readonly passwords: { readonly monitor: string; readonly backup: string };
}

/** And how it clones one. */
export interface DonorAccess extends MemberAccess {
	readonly passwords: MemberAccess["passwords"] & { readonly clone: string };
}

/** For one question. Milliseconds. */
const askMs = 10_000;

/** @param user an account that may log in at the port for everybody */
export function donorSession(access: MemberAccess, name: string, user: "monitor" | "backup"): Promise<Session> {
	const { host, port } = access.reach(name);
	const target = { name, address: host, port, identity: host };
	return openSession(target, { user, password: access.passwords[user], ca: access.ca }, askMs);
}

export async function readMembers(access: MemberAccess): Promise<Member[]> {
	return Promise.all(
		access.members.map(async (name) => {
			try {
				return { name, reading: await withSession(access, name, (session) => read(session, askMs)) };
			} catch (error) {
				return { name, reading: null, error: error instanceof Error ? error.message : String(error) };
			}
		}),
	);
}

export interface DonorFacts {
	/** Of all its tablespaces. */
	readonly dataBytes: number;
	/** Libraries of its active plugins: a recipient must have them all (MySQL manual, "Cloning Remote Data"). */
	readonly plugins: readonly string[];
}

const factsSql = `SELECT SUM(FILE_SIZE) AS bytes FROM information_schema.INNODB_TABLESPACES;
SELECT DISTINCT PLUGIN_LIBRARY AS plugin FROM information_schema.PLUGINS
 WHERE PLUGIN_LIBRARY IS NOT NULL AND PLUGIN_STATUS = 'ACTIVE' ORDER BY plugin`;

export async function donorFacts(access: MemberAccess, name: string): Promise<DonorFacts> {
	return withSession(access, name, async (session) => {
		const [[sizes] = [], plugins = []] = await session.run(factsSql, askMs);
		return { dataBytes: Number(sizes?.bytes ?? 0), plugins: plugins.map(({ plugin }) => String(plugin)) };
	});
}

async function withSession<T>(access: MemberAccess, name: string, ask: (session: Session) => Promise<T>): Promise<T> {
	const session = await donorSession(access, name, "monitor");
	try {
		return await ask(session);
	} finally {
		session.close();
	}
}
