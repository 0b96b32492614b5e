/** What every step of an import is given. */
import type { Login, Session, Target } from "../mysql/session.ts";
import { openSession } from "../mysql/session.ts";
import type { TargetFacts } from "./facts.ts";
import type { ImportMessage } from "./messages.ts";
import { openSource, type SourceLink } from "./sourceLink.ts";

export interface ImportContext {
	readonly source: SourceLink;
	/** The target's primary, by the name that follows it. */
	readonly target: Target;
	readonly login: Login;
	/** Where the source's certificate authority lies for the target's mysqld; read with `verify-ca` alone. */
	readonly caFile: string;
	/** Null: all that are the user's. */
	readonly schemas: readonly string[] | null;
	readonly withAccounts: boolean;
	/** Kinds of findings that the application's owner accepts. */
	readonly accept: readonly string[];
	readonly given: Pick<TargetFacts, "serverIds" | "freeBytes">;
	readonly signal: AbortSignal;
	readonly say: (message: ImportMessage) => void;
}

/** Both servers, for as long as the work takes. */
export interface Ends {
	readonly source: Session;
	/** By which the source's session can be ended from another one. */
	readonly sourceId: string;
	readonly target: Session;
}

/** Milliseconds. */
const connectMs = 10_000;

export const openTarget = ({ target, login }: ImportContext): Promise<Session> => openSession(target, login, connectMs);

/** Opens both, and closes them whatever happens. */
export async function withEnds<T>(context: ImportContext, work: (ends: Ends) => Promise<T>): Promise<T> {
	const source = await openSource(context.source);
	try {
		const [[row] = []] = await source.run("SELECT CONNECTION_ID() AS id", connectMs);
		const sourceId = String(row?.id);
		const target = await openTarget(context);
		try {
			return await work({ source, sourceId, target });
		} finally {
			target.close();
		}
	} finally {
		source.close();
	}
}
