import { resourceRule } from "../frame/rule.ts";
import { kinds } from "../kubernetes/kinds.ts";
import { programOf } from "./work.ts";

export const incrementalIsOne = resourceRule({
	name: "incremental-is-one",
	family: "backup",
	what: "What is called an incremental backup copies what has changed, and not everything again.",
	why: {
		reason:
			"mysqldump has no incremental mode: each run reads the whole database. At the size where it takes longer than its period there is no backup any more, and who trusts the name believes that no write between two runs is lost.",
		source: "https://dev.mysql.com/doc/refman/8.4/en/backup-types.html",
	},
	fix: "Use xtrabackup --incremental-basedir, or archive the binary logs; else call it what it is.",
	severity: "medium",
	of: kinds("CronJob"),
	*judge(resource) {
		const { name = resource.name } = resource.props.metadata ?? {};
		if (!/\bincr(emental)?\b/i.test(name)) return;
		const program = programOf(resource);
		if (program !== "logical" && program !== "full") return;
		yield {
			setting: "metadata.name",
			value: name,
			remedy: "it runs a copy of everything: archive the binary logs instead, or call it full",
		};
	},
});
