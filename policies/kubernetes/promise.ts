/** What is promised for a MySQL server, as its object says: annotations, so that anybody's program can, and the cluster shows it. */
import { promiseAnnotations, type Tier, tiers } from "../../objectives/index.ts";
import type { MysqlServer } from "./mysqlServer.ts";

/** The annotation's text, if there is one. */
export function promiseOf({ resource }: MysqlServer, part: keyof typeof promiseAnnotations): string | undefined {
	return resource.props.metadata?.annotations?.[promiseAnnotations[part]];
}

/** The tier that it says; `critical`, which asks for most, where it says none. */
export function tierOf(server: MysqlServer): Tier {
	const stated = promiseOf(server, "tier");
	return tiers.find((tier) => tier === stated) ?? "critical";
}
