import { describe, expect, test } from "@jest/globals";
import { type Findings, lacking, requireMachine, siteWants } from "../../../local/site/requirements.ts";

const gibibyte = 1024 ** 3;
const wants = siteWants("/state");
const good: Findings = {
	platform: "linux",
	kernel: "6.1.0-18-amd64",
	user: 0,
	memory: 8 * gibibyte,
	disk: 50 * gibibyte,
	missingCommands: [],
	missingFileSystems: [],
	missingCgroups: [],
	loopDevices: true,
	namespaces: true,
};
const wrongs = (found: Partial<Findings>) =>
	lacking(wants, { ...good, ...found }).map(({ field, wrong }) => `${field}: ${wrong}`);

describe("what a site needs of the machine", () => {
	test("a machine that has everything lacks nothing", () => {
		expect(wrongs({})).toEqual([]);
	});

	test("everything that is missing is said at once", () => {
		const all = wrongs({
			user: 1000,
			memory: 1.5 * gibibyte,
			disk: gibibyte,
			missingCommands: ["ip"],
			missingFileSystems: ["btrfs"],
			missingCgroups: ["pids"],
			loopDevices: false,
			namespaces: false,
		});
		expect(all).toEqual([
			"user: user 1000 is not root, and a local site makes namespaces, mounts and interfaces",
			"memory: 1.5 GiB are available and 3.0 GiB are needed",
			"disk: 1.0 GiB are free where /state lies and 8.0 GiB are needed",
			"commands: ip is not in the PATH",
			"kernel: the kernel does not know the file system btrfs, and no module of that name could be loaded",
			"kernel: the cgroup controller pids is not there",
			"kernel: there is no /dev/loop-control",
			"kernel: the kernel lacks mount, PID, UTS, IPC or network namespaces",
		]);
	});

	test("on another system than Linux nothing else is asked", () => {
		expect(wrongs({ platform: "darwin", user: 501, memory: 0 })).toEqual([
			"this machine: runs darwin, and a local site needs Linux",
		]);
	});

	test.each([
		["5.13.0", 0],
		["6.0.1-rc1", 0],
		["5.12.19", 1],
		["4.19.0-26-amd64", 1],
	])("Linux %s gives %d complaints", (kernel, complaints) => {
		expect(wrongs({ kernel })).toHaveLength(complaints);
	});

	test("a missing command comes with the package that has it", () => {
		expect(lacking(wants, { ...good, missingCommands: ["ip", "nsenter"] }).map(({ remedy }) => remedy)).toEqual([
			"install the package that has it (Debian: iproute2)",
			"install the package that has it (Debian: util-linux)",
		]);
	});

	test("one error carries every problem of this very machine", async () => {
		const impossible = { ...wants, memory: 2 ** 60, disk: 2 ** 70, commands: ["no-such-command"], fileSystems: [] };
		const error = await requireMachine(impossible).catch((caught: unknown) => caught);
		expect(error).toMatchObject({ name: "UserError", problems: expect.any(Array) });
		expect(String(error)).toMatch(/memory: .*disk: .*commands: no-such-command is not in the PATH/s);
	});
});
