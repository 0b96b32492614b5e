/** What a backup found to be damaged in its copy of an instance: told by its job, read by the watchdog. */
import { z } from "zod";
import type { PageDamage } from "../mysql/pageDamage.ts";

export const damageName = "mysql-damage";

const damageSchema = z.object({ uuid: z.string(), text: z.string() });

/** By instance: a key each, so that what is said of one stays when something is said of another. */
export function parseDamage(data: Readonly<Record<string, string>> | undefined, instance: string): PageDamage | null {
	try {
		return damageSchema.parse(JSON.parse(data?.[instance] ?? ""));
	} catch {
		return null;
	}
}

export const formatDamage = (damage: PageDamage): string => JSON.stringify(damage);
