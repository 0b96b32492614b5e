/**
 * Faults on purpose, for drills and tests: machines killed, stopped and frozen; frames dropped on the switch between two machines,
 * one direction a rule. Everything is read back from the kernel: there is no second record of what is broken.
 */
import { UserError } from "../../objectives/error.ts";
import { freeze, isFrozen } from "./cgroups.ts";
import { run } from "./command.ts";
import { type Layout, machineNamed, machinesOf } from "./layout.ts";
import { killMachine, machineProcess, startMachine, stopMachine } from "./machine.ts";
import { setPort } from "./network.ts";

/** Frames from one machine to the other are dropped. "*" stands for everybody. */
export interface Cut {
	readonly from: string;
	readonly to: string;
}

export interface FaultState {
	readonly down: readonly string[];
	readonly frozen: readonly string[];
	readonly cuts: readonly Cut[];
}

/** What a fault needs to know of a running site. */
export interface FaultTarget {
	readonly state: string;
	readonly layout: Layout;
	/** Where `nft` is: the machines' root file system. */
	readonly root: string;
}

type Verb = (target: FaultTarget, args: readonly string[]) => Promise<void>;

const table = "mysql_dr_fault";

const verbs: Readonly<Record<string, { arguments: string; act: Verb }>> = {
	kill: onMachine((target, machine) => killMachine(target.state, target.layout, machine)),
	start: onMachine((target, machine) => startMachine(target.state, target.layout, machine)),
	stop: onMachine((target, machine) => stopMachine(target.state, target.layout, machine)),
	freeze: onMachine((target, machine) => freezeRunning(target, machine.name, true)),
	thaw: onMachine((target, machine) => freezeRunning(target, machine.name, false)),
	cut: { arguments: "<from> <to>", act: cut },
	isolate: { arguments: "<machine>", act: isolate },
	heal: { arguments: "", act: heal },
	list: { arguments: "", act: async () => {} },
};

/** Does what the words say and returns what is broken afterwards. */
export async function fault(target: FaultTarget, argv: readonly string[]): Promise<FaultState> {
	const [name = "", ...args] = argv;
	const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
	if (!verb)
		throw new UserError({
			field: "fault",
			value: name,
			remedy: `say one of: ${usage().join(" | ")}`,
		});
	const wanted = verb.arguments.split(" ").filter((word) => word !== "").length;
	if (args.length !== wanted)
		throw new UserError({
			field: `fault ${name}`,
			value: args.join(" "),
			wrong: `needs ${wanted} arguments and got ${args.length}`,
			remedy: `say: fault ${name} ${verb.arguments}`.trimEnd(),
		});
	await verb.act(target, args);
	return faultState(target);
}

/** How each fault is written. */
export function usage(): string[] {
	return Object.entries(verbs).map(([name, verb]) => `${name} ${verb.arguments}`.trimEnd());
}

export async function faultState(target: FaultTarget): Promise<FaultState> {
	const { layout, state } = target;
	const machines = machinesOf(layout);
	return {
		down: machines.filter((machine) => !machineProcess(state, machine)).map(({ name }) => name),
		frozen: machines.filter(({ name }) => isFrozen(layout.cgroup, name)).map(({ name }) => name),
		cuts: await currentCuts(target),
	};
}

/** Ends every cut; says whether there was one. Machines that are down or frozen stay so. */
export async function healCuts(target: FaultTarget): Promise<boolean> {
	const cuts = await currentCuts(target);
	if (cuts.length > 0) await nft(target, ["-f", "-"], `delete table bridge ${table}\n`);
	return cuts.length > 0;
}

/** One rule a direction. The comment is what it means; `list` reads it back. */
export function cutScript({ from, to }: Cut): string {
	const match = [from === "*" ? "" : `iifname "${from}" `, to === "*" ? "" : `oifname "${to}" `].join("");
	return [
		`add table bridge ${table}`,
		`add chain bridge ${table} cuts { type filter hook forward priority 0; }`,
		`add rule bridge ${table} cuts ${match}counter drop comment "cut ${from} ${to}"`,
		"",
	].join("\n");
}

/** The cuts in nft's JSON listing of the table. */
export function parseCuts(json: string): Cut[] {
	const listing: { nftables?: { rule?: { comment?: string } }[] } = JSON.parse(json);
	return (listing.nftables ?? []).flatMap(({ rule }) => {
		const [, from, to] = /^cut (\S+) (\S+)$/.exec(rule?.comment ?? "") ?? [];
		return from && to ? [{ from, to }] : [];
	});
}

function onMachine(act: (target: FaultTarget, machine: ReturnType<typeof machineNamed>) => Promise<unknown>) {
	return {
		arguments: "<machine>",
		act: async (target: FaultTarget, [name = ""]: readonly string[]) => {
			await act(target, machineNamed(target.layout, name));
		},
	};
}

async function freezeRunning({ state, layout }: FaultTarget, name: string, frozen: boolean): Promise<void> {
	if (!machineProcess(state, machineNamed(layout, name)))
		throw new UserError({
			field: "machine",
			value: name,
			wrong: `${name} is down`,
			remedy: `start it first: fault start ${name}`,
		});
	await freeze(layout.cgroup, name, frozen);
}

async function cut(target: FaultTarget, [from = "", to = ""]: readonly string[]): Promise<void> {
	for (const end of [from, to]) if (end !== "host") machineNamed(target.layout, end);
	if (from === to)
		throw new UserError({
			field: "fault cut",
			value: `${from} ${to}`,
			remedy: "name two different machines; frames within one never pass the switch",
		});
	await addCut(target, { from, to });
}

async function isolate(target: FaultTarget, [name = ""]: readonly string[]): Promise<void> {
	machineNamed(target.layout, name);
	await addCut(target, { from: name, to: "*" });
	await addCut(target, { from: "*", to: name });
}

async function heal(target: FaultTarget): Promise<void> {
	await healCuts(target);
	const { layout, state } = target;
	for (const machine of machinesOf(layout))
		if (machineProcess(state, machine)) await setPort(layout, machine.name, "up");
}

async function addCut(target: FaultTarget, wanted: Cut): Promise<void> {
	const present = await currentCuts(target);
	if (present.some(({ from, to }) => from === wanted.from && to === wanted.to)) return;
	await nft(target, ["-f", "-"], cutScript(wanted));
}

async function currentCuts(target: FaultTarget): Promise<Cut[]> {
	const tables = await nft(target, ["list", "tables", "bridge"]);
	if (!tables.includes(table)) return [];
	return parseCuts(await nft(target, ["-j", "list", "table", "bridge", table]));
}

function nft({ layout, root }: FaultTarget, args: readonly string[], input = ""): Promise<string> {
	const namespace = `--net=/run/netns/${layout.switchNamespace}`;
	return run("nsenter", [namespace, "chroot", root, "nft", ...args], { input });
}
