/** For how long a program itself says that backups are kept. */
import { type Duration, duration, inSeconds, UserError } from "../../objectives/index.ts";
import { annotationOf } from "../backup/work.ts";
import type { DeclaredStack } from "../frame/declared.ts";
import { all, each, judged } from "../frame/notKnown.ts";
import { objects } from "../kubernetes/kinds.ts";
import { databaseType } from "../objectives/forecastWithinObjective.ts";

/** Days: the longest of what its plans and its CronJobs say; zero where nothing is said, or known yet. */
export function keptDays(stack: DeclaredStack): number {
	// What one job says may not be known before it is made: it keeps nobody from judging by what the others say.
	const { found } = judged(() =>
		all(
			() => ofPlans(stack),
			() => ofJobs(stack),
		),
	);
	return Math.max(0, ...found.map((kept) => Math.ceil(inSeconds(kept) / 86_400)));
}

function ofPlans({ resources }: DeclaredStack): Iterable<Duration> {
	const databases = resources.filter(({ type }) => type === databaseType);
	return each(databases, ({ inputs }) =>
		Object.values((inputs.plan?.backup?.retention ?? {}) as Record<string, Duration>),
	);
}

function ofJobs(stack: DeclaredStack): Iterable<Duration> {
	return each(objects(stack, "CronJob"), (job) => {
		const stated = annotationOf(job, "retention");
		try {
			return stated === undefined ? [] : [duration(stated)];
		} catch (error) {
			// That it is no time, another rule says.
			if (error instanceof UserError) return [];
			throw error;
		}
	});
}
