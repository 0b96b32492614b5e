/** `docs/policies.md`, from the rules themselves. */
import { inputsKeptName, notJudgedText } from "./ledger.ts";
import { type ConfigProperty, type Family, families, type Rule } from "./rule.ts";

/** The page, as Markdown. */
export function reference(rules: readonly Rule[]): string {
	const names = Object.keys(families) as Family[];
	return [
		head,
		table(rules),
		...names.flatMap((family) => [
			`## ${titled(family)}`,
			families[family],
			...rules.filter((rule) => rule.family === family).map(section),
		]),
		"## Not judged",
		notJudgedText.why,
		`\`${notJudgedText.name}\` (advisory): ${notJudgedText.what} ${notJudgedText.fix}`,
	]
		.join("\n\n")
		.concat("\n");
}

/** What the page shows of a configuration; the level of each rule that is not named stays. */
export const configurationExample = {
	"three-instances": { enforcementLevel: "advisory", least: 5 },
	"drill-calendar": "advisory",
	"secret-rotation": { mostDays: 90 },
} as const;

const head = `# Policies

Written by \`npm run policy -- docs\` from the rules in \`policies/\`: edits do not last.

A CrossGuard pack for this stack and for any Pulumi program that runs MySQL on Kubernetes, or has a cloud run it. It needs Node.js 22.18 or newer in the PATH of whoever runs \`pulumi\`, whatever the program itself is written in, and the packages of this checkout (\`npm ci\`). A workload counts as a MySQL server by what it runs: an image of MySQL, Percona Server or MariaDB, or mysqld as its program.

\`\`\`sh
npm run policy                     # a preview of the dev stack, and what each rule says of it
npm run policy -- --existing       # the same of what is deployed, without a preview; promise-not-weakened, which compares, is left out
npm run up -- --policy-pack-config policies.json    # every update of the dev stack is judged; levels as below
npm run policy -- --stack prod --evidence reports/    # with what restore tests and drills have measured
pulumi preview --policy-pack <checkout>/policies --policy-pack-config policies.json   # any other program
\`\`\`

\`npm run policy\` also refuses, as \`nothing-replaced\`, what no policy is shown: an update that would delete a StatefulSet, a claim, a bucket, a key, a database or a cluster and make it anew, unless \`--may-replace <name>\` says that it is meant.

Each message says whose setting it is, what it is set to, and what to do: \`resource: setting is value; remedy\`.

## What a program says of itself

Where a script or a tool outside of the program decides, annotations tell. What no rule can see and nothing says is listed as not judged.

| annotation                     | on                        | says                                                        |
| ------------------------------ | ------------------------- | ----------------------------------------------------------- |
| \`mysql-dr/rto\`, \`mysql-dr/rpo\` | what runs mysqld          | the promise: \`15m\`, \`5m\`                                    |
| \`mysql-dr/tier\`                | what runs mysqld          | \`critical\` (which is also meant without it) or \`standard\`   |
| \`mysql-dr/any-name\`            | a Role or ClusterRole     | which rights it has over objects of any name, and why       |
| \`mysql-dr/backup\`              | a CronJob, an archiver    | \`full\`, \`logical\`, \`incremental\`, \`archive\` or \`validation\` |
| \`mysql-dr/backup-regions\`      | a CronJob that copies all | where its copies end up: \`eu-central-1,eu-west-1\`           |
| \`mysql-dr/backup-retention\`    | a CronJob that copies all | for how long they are kept: \`35d\`                           |

## Configuration

Levels and thresholds are set by the file given as \`--policy-pack-config\`, by the name of the rule: \`mandatory\` refuses, \`advisory\` tells, \`disabled\` is silent; \`remediate\` mends what a rule can mend by itself, and refuses the rest.

\`\`\`json
${JSON.stringify(configurationExample, undefined, "\t")}
\`\`\`

CrossGuard's \`"all"\` is the level of every policy that has none of its own, and two of the pack are no rules: with \`"all": "mandatory"\` a preview is refused for what it cannot know yet, unless \`"${notJudgedText.name}": "advisory"\` stands beside it; with \`"all": "disabled"\` rules over the whole stack, named beside it, see nothing of what the program gave, unless \`"${inputsKeptName}": "advisory"\` does.

## In pull requests

\`.github/workflows/preview.yml\` previews dev and prod with the pack, and writes one comment: what changes, what the forecast was and becomes in each scenario, which policies spoke. The same text from a desk:

\`\`\`sh
npm run --silent policy -- --stack dev --json > dev.json
npm run --silent policy -- comment dev.json
\`\`\`

What the forecast was is said by the outputs of the last deployment; where there is none, by \`--base <folder>\`, the same files of the branch that the change goes into. Dev is judged on a site that is described as \`npm run up\` would make it, where none was brought up. We have run these commands, and the workflow itself never: it needs GitHub (\`actionlint\` has nothing to say of it).

On two cores (AMD EPYC, 2026-11-27) the pack takes 2.7 s more of a preview of dev, which takes 4.6 s alone; each rule's violating and passing cases through the engine take 3 min 24 s together ([raw](measured/policies-2026-11-27.json)). \`npm run bench -- policies\` measures it where you are.`;

function table(rules: readonly Rule[]): string {
	const rows = rules.map(({ name, family, severity, what }) => [`[${name}](#${name})`, family, severity, what]);
	const all = [["rule", "family", "severity", "what must hold"], ...rows];
	const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
	const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
	const [head, ...body] = all.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))));
	return ["## Rules", "", head, line(widths.map((width) => "-".repeat(width))), ...body].join("\n");
}

function section({ name, what, why, fix, severity, level = "mandatory", config = {} }: Rule): string {
	const properties = Object.entries(config).map(property);
	return [
		`### ${name}`,
		what,
		`_Why_: ${why.reason} (${why.source})`,
		`_Fix_: ${fix}`,
		`_Severity_: ${severity}. _Level_: ${level}.${properties.length > 0 ? " _Configuration_:" : ""}`,
		...(properties.length > 0 ? [properties.join("\n")] : []),
	].join("\n\n");
}

function property([name, { description, default: standard }]: [string, ConfigProperty]): string {
	return `- \`${name}\` (default \`${JSON.stringify(standard)}\`): ${description}`;
}

function titled(family: string): string {
	return `${family.slice(0, 1).toUpperCase()}${family.slice(1)}`;
}
