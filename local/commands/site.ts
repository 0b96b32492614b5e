/** The local site alone: up, down, status, logs, fault. */
import type { Command } from "commander";
import { readStackFile } from "../engine/configFile.ts";
import { checkout } from "../engine/stack.ts";
import { type SiteStatus, siteDown, siteFault, siteLogs, siteStatus, siteUp } from "../site/site.ts";
import type { StepProgress } from "../step.ts";
import { ensureTools } from "../tools/tools.ts";
import { confirmWipe } from "./runUp.ts";

interface SiteChoice {
	readonly site: string;
}

export function siteCommands(program: Command, progress: StepProgress): void {
	up(command(program, "up", "build what is missing and start the site, or complete a half-started one"), progress);
	down(command(program, "down", "stop everything of the site; its data stays"), progress);
	command(program, "status", "what runs of the site")
		.option("--json", "one JSON document on standard output")
		.action(async ({ site, json }: SiteChoice & { json?: boolean }) => {
			const status = await siteStatus(site);
			process.stdout.write(json ? `${JSON.stringify(status, undefined, 2)}\n` : statusLines(status));
		});
	command(program, "logs", "the logs of a machine's daemons")
		.argument("<machine>", "cp or a zone")
		.argument("[daemon]", "one of them, for example kubelet")
		.option("-f, --follow", "go on until interrupted")
		.option("-n, --lines <number>", "lines from the end of each", Number)
		.action((machine: string, daemon: string | undefined, options: SiteChoice & LogChoice) =>
			siteLogs(options.site, machine, {
				...(daemon === undefined ? {} : { daemon }),
				...(options.follow === undefined ? {} : { follow: options.follow }),
				...(options.lines === undefined ? {} : { lines: options.lines }),
			}),
		);
	command(program, "fault", "break something on purpose: kill, stop, freeze, cut, isolate ...; heal mends it")
		.argument("<words...>", "for example: kill zone-b, or cut zone-a cp, or list")
		.action(async (words: string[], { site }: SiteChoice) => {
			process.stdout.write(`${JSON.stringify(await siteFault(site, words), undefined, 2)}\n`);
		});
}

interface LogChoice {
	readonly follow?: boolean;
	readonly lines?: number;
}

function command(program: Command, name: string, description: string): Command {
	return program
		.command(name)
		.description(description)
		.option("--site <name>", "which site", process.env.MYSQL_DR_SITE || "dev");
}

function up(parent: Command, progress: StepProgress): void {
	parent.action(async ({ site }: SiteChoice) => {
		const { config } = await readStackFile(checkout, "dev");
		const { region, zones } = config.site;
		const tools = await ensureTools(progress);
		const { kubeconfig } = await progress.step(`site ${site}`, () => siteUp(site, { region, zones }, tools, progress));
		process.stderr.write(`\n${progress.summary()}\n\nexport KUBECONFIG=${kubeconfig}\n`);
	});
}

function down(parent: Command, progress: StepProgress): void {
	parent
		.option("--wipe", "delete its data as well", false)
		.option("--yes", "do not ask", false)
		.action(async ({ site, wipe, yes }: SiteChoice & { wipe: boolean; yes: boolean }) => {
			if (wipe && !yes) await confirmWipe(`Delete all data of site ${site}?`);
			await progress.step(`site ${site} down`, () => siteDown(site, { wipe }, progress));
		});
}

function statusLines({ name, state, machines, stores, memory }: SiteStatus): string {
	const rows = [
		[`site ${name}`, state, `${mebibytes(memory)} in all`],
		...machines.map((machine) => [
			machine.name,
			machine.state + (machine.ready === false ? ", not ready" : ""),
			`${mebibytes(machine.memory.daemons)} daemons, ${mebibytes(machine.memory.pods)} pods`,
		]),
		...stores.map((store) => [`store ${store.name}`, store.up ? "up" : "down", store.endpoint]),
	];
	return rows
		.map(([first = "", second = "", third = ""]) => `${first.padEnd(16)}${second.padEnd(18)}${third}\n`)
		.join("");
}

function mebibytes(bytes: number): string {
	return `${Math.round(bytes / 2 ** 20)} MiB`;
}
