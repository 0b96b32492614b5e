/** How often a CronJob begins its work. */
import { cron, type Duration, duration, formatDuration, UserError } from "../../objectives/index.ts";
import type { Finding } from "../frame/rule.ts";
import type { BackupWork } from "./work.ts";

/** Words that Kubernetes takes for lines. */
const words: Readonly<Record<string, string>> = {
	"@hourly": "0 * * * *",
	"@daily": "0 0 * * *",
	"@midnight": "0 0 * * *",
	"@weekly": "0 0 * * 0",
	"@monthly": "0 0 1 * *",
	"@yearly": "0 0 1 1 *",
	"@annually": "0 0 1 1 *",
};

/** The longest time between two turns. @throws UserError where there is no such schedule */
export function periodOf({ resource: { props } }: BackupWork): Duration {
	const { schedule, timeZone } = props.spec ?? {};
	return cron(words[schedule] ?? schedule, timeZone ?? "Etc/UTC").period();
}

/** Why this work is not done as often as it must be: it is suspended, never has its turn, or too seldom. */
export function tooSeldom(work: BackupWork, longest: Duration, loss: string): Finding | undefined {
	const { schedule, suspend } = work.resource.props.spec ?? {};
	if (suspend) return { setting: "spec.suspend", value: suspend, remedy: `take it away: ${loss}` };
	const setting = "spec.schedule";
	try {
		const period = periodOf(work);
		if (period <= longest) return undefined;
		const remedy = `that is every ${formatDuration(period)} at worst: let it be ${formatDuration(longest)} or less, else ${loss}`;
		return { setting, value: schedule, remedy };
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return { setting, value: schedule, remedy: error.remedy };
	}
}

/** A time of the rule's configuration, by the database's tier. */
export function byTier(tier: string, critical: string, standard: string): Duration {
	return duration(tier === "standard" ? standard : critical);
}
