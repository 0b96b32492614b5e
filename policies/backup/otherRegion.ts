import { NotKnown } from "../frame/notKnown.ts";
import { type StackFinding, stackRule } from "../frame/rule.ts";
import { eachServer } from "../kubernetes/mysqlServer.ts";
import { type OwnSettings, ownSettings } from "./settings.ts";
import { annotation, annotationOf, type BackupWork, backupAnnotations, isWhole, workOf } from "./work.ts";

export const backupInAnotherRegion = stackRule({
	name: "backup-in-another-region",
	family: "backup",
	what: "Backups are kept in two regions, of which one is not the database's.",
	why: {
		reason: "A backup beside the database goes with it, and the store of one region may be out of reach for hours.",
		source: "docs/backups.md",
	},
	fix: `Write to stores in two regions; a CronJob of another program says where its copies end up by the annotation ${backupAnnotations.regions}: eu-central-1,eu-west-1.`,
	severity: "critical",
	*judgeStack(stack) {
		yield* eachServer(stack, function* (server) {
			const own = ownSettings(stack, server);
			const copies = workOf(stack, server).filter(isWhole);
			if (own) yield* judgedStores(own);
			else if (copies.length > 0) yield* judgedCopies(copies);
		});
	},
});

function* judgedStores({ resource, setting, settings: { stores, region } }: OwnSettings): Generator<StackFinding> {
	const regions = new Set(stores.map((store) => store.region));
	if (regions.size >= 2 && stores.some((store) => store.region !== region)) return;
	yield {
		resource,
		setting: `${setting}.stores`,
		value: [...regions].join(","),
		remedy: `name a store in another region than ${region} besides`,
	};
}

/** Any of them may be the one that is copied elsewhere. */
function* judgedCopies(copies: readonly BackupWork[]): Generator<StackFinding> {
	const stated = copies.filter(({ resource }) => annotationOf(resource, "regions") !== undefined);
	const regionsOf = ({ resource }: BackupWork) =>
		(annotationOf(resource, "regions") ?? "").split(/[\s,]+/).filter(Boolean);
	if (stated.some((copy) => new Set(regionsOf(copy)).size >= 2)) return;
	const setting = annotation("regions");
	for (const { resource } of stated)
		yield {
			resource,
			setting,
			value: annotationOf(resource, "regions"),
			remedy: "copy it to a second region, and name both",
		};
	if (stated.length > 0) return;
	throw new NotKnown(
		copies.map(({ resource: { urn, label } }) => ({
			urn,
			resource: label,
			setting,
			why: "is not set, and where its copies go is not in the program",
		})),
	);
}
