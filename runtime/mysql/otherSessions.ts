/** Sessions of watchdogs that led before, or think that they still do, and those that the leader itself gave up. */
import { killThread } from "./channels.ts";
import { probe, purposeAttribute, type Session } from "./session.ts";

/** A probe only reads. */
const others = `SELECT PROCESSLIST_ID AS id, PROCESSLIST_STATE LIKE 'Waiting for semi-sync ACK%' AS waits
FROM performance_schema.threads AS other WHERE TYPE = 'FOREGROUND' AND PROCESSLIST_ID <> CONNECTION_ID()
AND PROCESSLIST_USER = SUBSTRING_INDEX(CURRENT_USER(), '@', 1) AND NOT EXISTS (
 SELECT 1 FROM performance_schema.session_connect_attrs AS said WHERE said.PROCESSLIST_ID = other.PROCESSLIST_ID
 AND said.ATTR_NAME = '${purposeAttribute}' AND said.ATTR_VALUE = '${probe}')`;

/**
 * Ends the sessions of this account that are for acting, and waits until they are gone: what a leader sent that stood
 * still since, or what the network kept, is carried out by nobody any more. Without it such a statement would fall on a
 * primary of a later term: "semi-sync off" would let its commits return unacknowledged. Only for an instance on which no
 * long work of the leader's own is under way. A session whose commit waits for an
 * acknowledgement stays until that ends, and takes nothing else.
 *
 * @param left as of `within`
 */
export async function endOtherSessions(session: Session, left: () => number): Promise<void> {
	const told = new Set<string>();
	for (;;) {
		const [rows = []] = await session.run(others, left());
		for (const { id } of rows) {
			if (told.has(String(id))) continue;
			told.add(String(id));
			await killThread(session, String(id), left());
		}
		if (rows.every(({ waits }) => Number(waits) === 1)) return;
	}
}
