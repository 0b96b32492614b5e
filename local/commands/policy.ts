/** `npm run policy`: what the policies say of a stack, of what would be deployed or of what is. */
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Command, Option } from "commander";
import { UserError } from "../../objectives/error.ts";
import { reference } from "../../policies/frame/reference.ts";
import { rules } from "../../policies/rules.ts";
import { readStackFile } from "../engine/configFile.ts";
import { isDescribed, withDescribedSite } from "../engine/describedSite.ts";
import { ensureEngine } from "../engine/engine.ts";
import { type PolicyReport, policyReport, streamEvents } from "../engine/policyEvents.ts";
import { checkout, type Stack, stackPlace, withStack } from "../engine/stack.ts";
import type { Progress } from "../step.ts";
import { ofPreviewsAlone, withPackConfig } from "./packConfig.ts";
import { documentIn, failedDocument, type PolicyDocument, policyDocument, policyText } from "./policyText.ts";
import { pullRequestComment } from "./pullRequestComment.ts";
import { placeOf } from "./runUp.ts";

export const referenceFile = join("docs", "policies.md");

/** As of `mysql-dr`: done, something else than a policy failed, refused. */
const exitCodes = { done: 0, failed: 1, refused: 4 };

interface PolicyChoice {
	readonly stack: string;
	readonly existing?: boolean;
	readonly config?: string;
	readonly evidence?: string;
	readonly mayReplace?: readonly string[];
	readonly json?: boolean;
}

export function policyCommand(program: Command, progress: Progress): void {
	const policy = program
		.command("policy")
		.description("what the policies say of a stack; exit code 4 where one refuses")
		.addOption(new Option("--stack <name>", "which stack").default("dev"))
		.option("--existing", "judge what is deployed, instead of a preview")
		.option("--config <file>", "levels and thresholds by rule, as JSON (docs/policies.md)")
		.option("--evidence <folder>", "reports of restore tests and drills, as JSON files anywhere below it")
		.option("--may-replace <names...>", "resources with data that are meant to be deleted and made anew, by name")
		.option("--json", "one JSON document on standard output")
		.action(async (choice: PolicyChoice) => {
			const document = policyDocument(await judgedOrSaid(choice, progress), rulesOf(choice), choice.mayReplace);
			process.stdout.write(choice.json ? inJson(document) : policyText(document));
			process.exitCode = exitCodes[document.verdict === "kept" ? "done" : document.verdict];
		});
	policy
		.command("comment")
		.description("the text for a pull request, of what `policy --json` said of each stack")
		.argument("<files...>", "<stack>.json each")
		.option("--base <folder>", "the same files, of the branch that it goes into")
		.action(async (files: string[], { base }: { base?: string }) => {
			process.stdout.write(pullRequestComment(await Promise.all(files.map((file) => readJudged(file, base)))));
		});
	policy
		.command("docs")
		.description(`write ${referenceFile} from the rules`)
		.action(() => writeFile(join(checkout, referenceFile), reference(rules)));
}

async function readJudged(file: string, base: string | undefined) {
	const before = base === undefined ? "" : await readFile(join(base, basename(file)), "utf8").catch(() => "");
	const document = documentIn(await readFile(file, "utf8"));
	// Of a branch that had no such file, or whose preview ended with none.
	return { stack: basename(file, ".json"), document, base: before.trim() ? documentIn(before) : undefined };
}

/** Those that are asked. */
function rulesOf({ existing }: PolicyChoice): typeof rules {
	return existing ? rules.filter(({ name }) => !ofPreviewsAlone.includes(name)) : rules;
}

function inJson(document: PolicyDocument): string {
	return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** Who reads JSON is told there why there is no report; whoever looks on, and the exit code, as always. */
async function judgedOrSaid(choice: PolicyChoice, progress: Progress): Promise<PolicyReport> {
	try {
		return await judged(choice, progress);
	} catch (error) {
		if (choice.json && error instanceof Error)
			process.stdout.write(
				inJson(
					failedDocument(error instanceof UserError ? error.problems.map(({ message }) => message) : [error.message]),
				),
			);
		throw error;
	}
}

/** A preview needs no site: where none was brought up, one is described. */
async function judged(choice: PolicyChoice, progress: Progress): Promise<PolicyReport> {
	const file = await readStackFile(checkout, stackPlace(choice.stack, undefined).file);
	const place = placeOf(choice, file);
	const engine = await ensureEngine(progress);
	const look = (site: string | undefined) =>
		withStack({ ...place, ...(site === undefined ? {} : { site }) }, engine, progress, (stack) =>
			report(stack, choice),
		);
	if (place.site === undefined || choice.existing || isDescribed(checkout, place.site)) return look(place.site);
	progress.note(`the site ${place.site} was not brought up here: judged as on one that would be`);
	return withDescribedSite(checkout, file.config.site, look);
}

/** @throws UserError where a file is missing or is no JSON, or nothing is deployed to be judged */
function report(stack: Stack, { existing, config, evidence }: PolicyChoice): Promise<PolicyReport> {
	return withPackConfig({ config, evidence, existing }, async (configured) => {
		const command = existing ? ["policy", "analyze", "--stack", stack.place.stack] : ["preview"];
		const pack = ["--policy-pack", join(checkout, "policies"), "--policy-pack-config", configured];
		const { code, stdout, stderr } = await stack.pulumi([...command, "--json", "--non-interactive", ...pack], {
			env: streamEvents,
			accept: Array.from({ length: 256 }, (_, any) => any),
		});
		if (existing && code === 0 && stdout.trim() === "") throw nothingDeployed(stack.place.stack);
		const report = policyReport(stdout);
		const silent = code !== 0 && report.errors.length === 0 && !report.lines.some(({ level }) => level === "mandatory");
		return silent ? { ...report, errors: [stderr.trim() || `pulumi ended with exit code ${code}`] } : report;
	});
}

function nothingDeployed(value: string): UserError {
	const wrong = `nothing of the stack ${value} is deployed`;
	return new UserError({ field: "--existing", value, wrong, remedy: "leave it out to judge a preview" });
}
