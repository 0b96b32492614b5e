/** For how long a program itself says that backups are kept. */
import { type Duration, duration, inSeconds, UserError } from "../../objectives/index.ts";
import { annotationOf } from "../backup/work.ts";
import type { DeclaredStack } from "../frame/declared.ts";
import { NotKnown } from "../frame/notKnown.ts";
import { objects } from "../kubernetes/kinds.ts";
import { databaseType } from "../objectives/forecastWithinObjective.ts";

/** Days: the longest of what its plans and its CronJobs say; zero where nothing is said, or known yet. */
export function keptDays(stack: DeclaredStack): number {
	return Math.max(0, ...[...ofPlans(stack), ...ofJobs(stack)].map((kept) => Math.ceil(inSeconds(kept) / 86_400)));
}

function ofPlans({ resources }: DeclaredStack): Duration[] {
	return resources
		.filter(({ type }) => type === databaseType)
		.flatMap(({ inputs }) =>
			whereKnown(() => Object.values((inputs.plan?.backup?.retention ?? {}) as Record<string, Duration>)),
		);
}

function ofJobs(stack: DeclaredStack): Duration[] {
	return objects(stack, "CronJob").flatMap((job) => whereKnown(() => ofJob(job)));
}

function ofJob(job: Parameters<typeof annotationOf>[0]): Duration[] {
	const stated = annotationOf(job, "retention");
	try {
		return stated === undefined ? [] : [duration(stated)];
	} catch (error) {
		// That it is no time, another rule says.
		if (error instanceof UserError) return [];
		throw error;
	}
}

/** What one job says is not known before it is made: it keeps nobody from judging by what the others say. */
function whereKnown(read: () => Duration[]): Duration[] {
	try {
		return read();
	} catch (error) {
		if (error instanceof NotKnown) return [];
		throw error;
	}
}
