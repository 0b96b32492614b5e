import { describe, expect, test } from "@jest/globals";
import { raise, restore, type Settings, withHolder } from "../../../local/site/sysctls.ts";

/** A kernel with the given settings; a setting it does not have can be neither read nor written. */
function kernel(values: Record<string, string>): Settings & { values: Record<string, string>; writes: string[] } {
	const writes: string[] = [];
	return {
		values,
		writes,
		read: (name) => values[name],
		write: async (name, value) => {
			if (!(name in values)) throw new Error(`no ${name}`);
			writes.push(name);
			values[name] = value;
		},
	};
}

describe("settings of the whole machine", () => {
	test("what a kubelet changes is as before after the last site went", async () => {
		const machine = kernel({
			"vm.overcommit_memory": "0",
			"kernel.panic": "1",
			"fs.inotify.max_user_instances": "128",
		});
		const ledger = withHolder(undefined, "/one", machine);
		await raise(machine);
		Object.assign(machine.values, { "vm.overcommit_memory": "1", "kernel.panic": "10" });
		await restore(ledger, machine);
		expect(machine.values).toEqual({
			"vm.overcommit_memory": "0",
			"kernel.panic": "1",
			"fs.inotify.max_user_instances": "128",
		});
	});

	test("the second site does not take the first one's changes for what was before", () => {
		const machine = kernel({ "vm.overcommit_memory": "0" });
		const first = withHolder(undefined, "/one", machine);
		machine.values["vm.overcommit_memory"] = "1";
		const second = withHolder(first, "/two", machine);
		expect(second).toEqual({ before: { "vm.overcommit_memory": "0" }, holders: ["/one", "/two"] });
	});

	test("the same site counts once", () => {
		const machine = kernel({});
		expect(withHolder(withHolder(undefined, "/one", machine), "/one", machine).holders).toEqual(["/one"]);
	});

	test("a limit is raised to what is needed and never lowered", async () => {
		const machine = kernel({ "fs.inotify.max_user_instances": "128", "fs.inotify.max_user_watches": "999999" });
		await raise(machine);
		expect(machine.values).toEqual({
			"fs.inotify.max_user_instances": "8192",
			"fs.inotify.max_user_watches": "999999",
		});
	});

	test("what somebody else set meanwhile stays", async () => {
		const machine = kernel({ "vm.overcommit_memory": "0" });
		const ledger = withHolder(undefined, "/one", machine);
		machine.values["vm.overcommit_memory"] = "2";
		await restore(ledger, machine);
		expect(machine.values).toEqual({ "vm.overcommit_memory": "2" });
	});

	test("what is unchanged is not written again", async () => {
		const machine = kernel({ "kernel.panic": "1" });
		await restore({ before: { "kernel.panic": "1" }, holders: [] }, machine);
		expect(machine.writes).toEqual([]);
	});
});
