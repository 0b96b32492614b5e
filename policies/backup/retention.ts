import { type Duration, duration, formatDuration, UserError } from "../../objectives/index.ts";
import { each, NotKnown } from "../frame/notKnown.ts";
import { type StackFinding, stackRule } from "../frame/rule.ts";
import { eachServer } from "../kubernetes/mysqlServer.ts";
import { tierOf } from "../kubernetes/promise.ts";
import { byTier } from "./schedule.ts";
import { type OwnSettings, ownSettings } from "./settings.ts";
import { annotation, annotationOf, backupAnnotations, isWhole, workOf } from "./work.ts";

export const backupRetention = stackRule({
	name: "backup-retention",
	family: "backup",
	what: "Backups are kept until a fault in the data has been noticed, and the archive for as long as the backups that need it.",
	why: {
		reason:
			"Bad data are often found weeks later. A backup without the binary logs after it brings back one moment, and not the one before the fault.",
		source: "docs/backups.md",
	},
	fix: `Keep them longer; a CronJob of another program says for how long its copies are kept by the annotation ${backupAnnotations.retention}: 35d.`,
	severity: "high",
	config: {
		least: { type: "string", default: "30d", description: "How long a copy of everything is kept at least." },
		leastStandard: {
			type: "string",
			default: "14d",
			description: "The same for a database with the annotation mysql-dr/tier: standard.",
		},
	},
	*judgeStack(stack, { least, leastStandard }) {
		yield* eachServer(stack, function* (server) {
			const shortest = byTier(tierOf(server), least, leastStandard);
			const own = ownSettings(stack, server);
			if (own) yield* judgedPlan(own, shortest);
			else
				yield* each(workOf(stack, server).filter(isWhole), function* ({ resource }): Generator<StackFinding> {
					const stated = annotationOf(resource, "retention");
					const setting = annotation("retention");
					const why = "is not set, and for how long its copies are kept is not in the program";
					if (stated === undefined) throw new NotKnown([{ urn: resource.urn, resource: resource.label, setting, why }]);
					const remedy = tooShort(stated, shortest);
					if (remedy) yield { resource, setting, value: stated, remedy };
				});
		});
	},
});

function tooShort(stated: string, shortest: Duration): string | undefined {
	try {
		return duration(stated) < shortest ? `keep them for ${formatDuration(shortest)} or longer` : undefined;
	} catch (error) {
		if (error instanceof UserError) return error.remedy;
		throw error;
	}
}

function* judgedPlan({ resource, setting, settings }: OwnSettings, shortest: Duration): Generator<StackFinding> {
	const { full, archive } = settings.plan.backup.retention;
	const at = (kind: string) => ({ resource, setting: `${setting}.plan.backup.retention.${kind}` });
	if (full < shortest)
		yield { ...at("full"), value: formatDuration(full), remedy: `keep them for ${formatDuration(shortest)} or longer` };
	if (archive < full)
		yield {
			...at("archive"),
			value: formatDuration(archive),
			remedy: `keep it for ${formatDuration(full)} or longer: backups that old have nothing to be replayed after them`,
		};
}
