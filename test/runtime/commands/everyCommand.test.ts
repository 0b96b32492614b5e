import { describe, expect, jest, test } from "@jest/globals";
import type { Command } from "commander";
import { type Action, operatorCommands } from "../../../runtime/commands/program.ts";

// All of them are loaded.
jest.setTimeout(120_000);

interface Leaf {
	/** As it is typed. */
	readonly line: string;
	readonly command: Command;
	/** What it was called to load. */
	readonly loads: (() => Promise<Action>)[];
}

function leaves(): Leaf[] {
	const loads: Leaf["loads"] = [];
	const below = (command: Command, before: readonly string[]): Leaf[] => {
		const words = [...before, command.name()];
		if (command.commands.length > 0) return command.commands.flatMap((one) => below(one, words));
		return [{ line: words.join(" "), command, loads }];
	};
	return operatorCommands(async (load) => void loads.push(load)).flatMap((command) => below(command, []));
}

/** What it loads, called with what it needs and with all that it takes. */
async function loaded(line: string): Promise<readonly Action[]> {
	const found: Action[] = [];
	for (const needed of [true, false]) {
		const { command, loads } = leaves().find((one) => one.line === line) as Leaf;
		const words = command.registeredArguments.filter(({ required }) => required || !needed).map(() => "word");
		const options = command.options.filter(({ mandatory }) => mandatory).flatMap(({ long }) => [long ?? "", "word"]);
		await command.exitOverride().parseAsync([...words, ...options], { from: "user" });
		for (const load of loads) found.push(await load());
	}
	return found;
}

describe("every command that people type", () => {
	test.each(leaves().map(({ line }) => line))(
		"%s says what it is for, and is there when it is called",
		async (line) => {
			const { command } = leaves().find((one) => one.line === line) as Leaf;
			expect(command.description()).toMatch(/^[a-z]/);
			const actions = await loaded(line);
			expect(actions).toHaveLength(2);
			for (const action of actions) expect(action).toBeInstanceOf(Function);
		},
	);

	test("has a name of its own", () => {
		const lines = leaves().map(({ line }) => line);
		expect(lines.filter((line, n) => lines.indexOf(line) !== n)).toEqual([]);
	});
});
