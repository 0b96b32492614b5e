/** What the archive has, asked of the archiver by whoever has no key to the stores, as the watchdog has none to those that the stack made. */
import { formatGtidSet } from "../mysql/gtidSet.ts";
import type { Archived } from "./archivedSet.ts";

/** For one answer: the archiver reads headers for it. Milliseconds. */
const answerMs = 30_000;

export interface ArchiverPlace {
	readonly namespace: string;
	readonly clusterDomain: string;
}

/** Of the archiver's Service; components/naming.ts declares the same. */
export const archiverUrl = ({ namespace, clusterDomain }: ArchiverPlace): string =>
	`http://mysql-archive.${namespace}.svc.${clusterDomain}:8080`;

/**
 * An archiver that does not answer knows of nothing.
 * @param url of the archiver, without a slash at its end
 */
export function archivedAsTold(url: string): Archived {
	return async (set, beyond) => {
		const body = JSON.stringify({ set: formatGtidSet(set), beyond: formatGtidSet(beyond) });
		try {
			const signal = AbortSignal.timeout(answerMs);
			const answer = await fetch(`${url}/archived`, { method: "POST", body, signal });
			return answer.ok && ((await answer.json()) as { readonly archived?: unknown }).archived === true;
		} catch {
			return false;
		}
	};
}
