/** What rebuilds and restored copies use, with sessions to the instances and to the donor of a copy. */
import type { Connect, Login } from "../mysql/session.ts";
import type { Limits } from "./operation.ts";
import type { RebuildAccess } from "./rebuildAct.ts";
import type { Sessions } from "./sessions.ts";

export interface CopyingOptions {
	readonly limits: Limits;
	readonly login: Login;
	readonly connect: Connect;
	readonly rebuildAccess: Omit<RebuildAccess, "session" | "donorSession">;
}

export function copyingAccess(options: CopyingOptions, sessions: Sessions): RebuildAccess {
	const { connect, login, rebuildAccess } = options;
	const ms = options.limits.statementMs;
	return {
		...rebuildAccess,
		session: (name) => sessions.open(name, ms),
		donorSession: ({ host, port, identity }, as = login) =>
			connect({ name: "the restored copy", address: host, port, identity }, as, ms),
	};
}
