/** The scripts run under the real sh, with a stand-in for mysqld found first in the PATH. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type Paths, podPaths } from "../../../runtime/instance/place.ts";
import { initialiseScript, leaveScript, startScript } from "../../../runtime/instance/scripts.ts";
import { parseVolumeNote } from "../../../runtime/instance/volumeNote.ts";

let root: string;
let paths: Paths;

beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), "instance's scripts-"));
	paths = {
		...podPaths,
		run: `${root}/run`,
		volume: `${root}/volume`,
		temporary: root,
		lastWord: `${root}/last-word`,
		volumes: `${root}/volumes`,
	};
	for (const folder of ["run", "volume", "volumes", "bin"]) await mkdir(`${root}/${folder}`);
	await writeFile(`${paths.run}/initialise.sql`, "secret");
	await writeFile(`${paths.run}/initialise.sh`, initialiseScript(paths, "mysql-1"));
	await writeFile(`${paths.run}/start.sh`, startScript(paths));
	await writeFile(`${paths.run}/leave.sh`, leaveScript(paths));
});
afterEach(() => rm(root, { recursive: true }));

async function program(name: string, body: string): Promise<void> {
	await writeFile(`${root}/bin/${name}`, `#!/bin/sh\n${body}\n`);
	await chmod(`${root}/bin/${name}`, 0o755);
}

const mysqld = (body: string) => program("mysqld", body);

function start(script: string, ...args: string[]) {
	const env = { PATH: `${root}/bin:/usr/bin:/bin` };
	return spawn("sh", [`${paths.run}/${script}`, ...args], {
		env,
		detached: true,
		stdio: ["ignore", "pipe", "inherit"],
	});
}

async function run(script: string): Promise<number | null> {
	const [code] = await once(start(script), "exit");
	return code;
}

/** Makes a file in the folder that it is told to initialise, as mysqld does. */
const initialising = `for a; do case "$a" in --datadir=*) d="\${a#--datadir=}";; esac; done
mkdir -p "$d/mysql" && echo made | tee "$d/ibdata1" >"$d/mysql/general_log.CSV"`;

describe("initialise.sh", () => {
	test("makes a data directory with a marker and removes the passwords", async () => {
		await mysqld(initialising);
		expect(await run("initialise.sh")).toBe(0);
		expect((await readdir(`${paths.volume}/data`)).sort()).toEqual(["ibdata1", "mysql", "mysql-dr-initialised"]);
		expect(await readdir(paths.volume)).toEqual(["data"]);
		expect(await readdir(paths.run)).not.toContain("initialise.sql");
	});

	test("leaves no data directory, and its passwords for the next attempt, when mysqld fails", async () => {
		await mysqld(`${initialising}\nexit 1`);
		expect(await run("initialise.sh")).not.toBe(0);
		expect(await readdir(paths.volume)).toEqual(["data.new"]);
		expect(await readdir(paths.run)).toContain("initialise.sql");
	});

	test("starts over after a kill in the middle", async () => {
		await mysqld(`${initialising}\nkill -9 $PPID`);
		await run("initialise.sh");
		expect(await readdir(paths.volume)).toEqual(["data.new"]);
		await mysqld(initialising);
		expect(await run("initialise.sh")).toBe(0);
		expect(await readdir(paths.volume)).toEqual(["data"]);
	});

	test("never touches a data directory that is there", async () => {
		await mkdir(`${paths.volume}/data`);
		await writeFile(`${paths.volume}/data/ibdata1`, "precious");
		await mysqld(`touch ${JSON.stringify(root)}/called`);
		expect(await run("initialise.sh")).toBe(0);
		expect(await readFile(`${paths.volume}/data/ibdata1`, "utf8")).toBe("precious");
		expect(await readdir(root)).not.toContain("called");
		expect(await readdir(paths.run)).not.toContain("initialise.sql");
	});
});

describe("initialise.sh, told which volume the instance stands on,", () => {
	const auto = () => `${paths.volume}/data/auto.cnf`;
	const identity = () => readFile(auto(), "utf8").catch(() => null);
	const tell = (id: string) => writeFile(`${paths.volumes}/mysql-1`, id);

	beforeEach(async () => {
		await mkdir(`${paths.volume}/data`);
		await writeFile(auto(), "[auto]");
	});

	test("takes the identity from data that came with another, once", async () => {
		await tell("claim-1");
		expect(await run("initialise.sh")).toBe(0);
		expect(await identity()).toBeNull();
		await writeFile(auto(), "[auto] new");
		expect(await run("initialise.sh")).toBe(0);
		expect(await identity()).toBe("[auto] new");
		// A snapshot of that volume, on a volume of its own.
		await tell("claim-2");
		expect(await run("initialise.sh")).toBe(0);
		expect(await identity()).toBeNull();
		expect((await readdir(paths.volume)).sort()).toEqual(["data", "mysql-dr-volume"]);
	});

	test("leaves it where nothing was told of this instance", async () => {
		await writeFile(`${paths.volumes}/mysql-2`, "claim-1");
		expect(await run("initialise.sh")).toBe(0);
		expect(await identity()).toBe("[auto]");
		expect(await readdir(paths.volume)).toEqual(["data"]);
	});
});

describe("both", () => {
	beforeEach(async () => {
		await mkdir(`${paths.volume}/data`);
		await mysqld(`touch ${JSON.stringify(root)}/called`);
	});
	const failing = (why: string) => program("sync", `echo "sync: ${why}" >&2; exit 1`);

	test.each([
		["initialise.sh", "Read-only file system", "read-only"],
		["start.sh", "Read-only file system", "read-only"],
		["initialise.sh", "Input/output error", "failing"],
		["start.sh", "Input/output error", "failing"],
	])("end where nothing can be written to the volume, and say so: %s, %s", async (script, why, trouble) => {
		await failing(why);
		expect(await run(script)).toBe(1);
		expect(parseVolumeNote(await readFile(paths.lastWord, "utf8"))).toEqual({
			trouble,
			uuid: null,
			text: `sync: ${why}`,
		});
		expect(await readdir(root)).not.toContain("called");
	});

	test("go on with a full volume: what is on it can be read", async () => {
		await failing("No space left on device");
		expect(await run("start.sh")).toBe(0);
		expect(await readdir(root)).toContain("called");
		expect(await readdir(root)).not.toContain("last-word");
		expect(await readdir(paths.volume)).toEqual(["data"]);
	});
});

describe("start.sh", () => {
	beforeEach(() => mkdir(`${paths.volume}/data`));

	test("says by its last word that the data are gone, and does not start mysqld without them", async () => {
		await rm(`${paths.volume}/data`, { recursive: true });
		await mysqld(`touch ${JSON.stringify(root)}/called`);
		expect(await run("start.sh")).toBe(1);
		expect(parseVolumeNote(await readFile(paths.lastWord, "utf8"))).toMatchObject({ trouble: "missing" });
		expect(await readdir(root)).not.toContain("called");
	});

	test("runs mysqld as its child, says so to it, and ends as it ends", async () => {
		await mysqld('echo "$PPID $MYSQLD_PARENT_PID $*"; exit 7');
		const child = start("start.sh");
		const [[output], [code]] = await Promise.all([once(child.stdout, "data"), once(child, "exit")]);
		expect(String(output).trim()).toBe(`${child.pid} ${child.pid} --defaults-file=${paths.run}/my.cnf`);
		expect(code).toBe(7);
	});

	test.each([
		["a restart that it asked for", "exit 16"],
		["a SIGKILL", "kill -9 $$"],
	])("starts mysqld again after %s", async (_, end) => {
		const mark = JSON.stringify(`${root}/second`);
		await mysqld(`[ -e ${mark} ] && exit 3; touch ${mark}; ${end}`);
		expect(await once(start("start.sh"), "exit")).toEqual([3, null]);
	});

	test("passes SIGTERM on and waits for mysqld to end in its own time", async () => {
		await mysqld(`trap 'sleep 0.3; echo clean; exit 0' TERM; echo up; while :; do sleep 0.05; done`);
		const child = start("start.sh");
		await once(child.stdout, "data");
		const said = once(child.stdout, "data");
		const ended = once(child, "exit");
		child.kill("SIGTERM");
		expect(String((await said)[0])).toBe("clean\n");
		expect(await ended).toEqual([0, null]);
	});

	test.each([
		["a data directory that was just cloned a new server UUID", "#status_fix", []],
		["one that was cloned long ago its own", "#view_status", ["auto.cnf"]],
	])("gives %s", async (_, file, kept) => {
		await mkdir(`${paths.volume}/data/#clone`, { recursive: true });
		await writeFile(`${paths.volume}/data/#clone/${file}`, "");
		await writeFile(`${paths.volume}/data/auto.cnf`, "[auto]");
		await mysqld("exit 0");
		await once(start("start.sh"), "exit");
		expect((await readdir(`${paths.volume}/data`)).filter((name) => name === "auto.cnf")).toEqual(kept);
	});

	const page = "2026-11-27T00:00:00Z 9 [ERROR] [MY-011906] [InnoDB] Database page corruption on disk";
	const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
	const said = async () => parseVolumeNote(await readFile(paths.lastWord, "utf8").catch(() => undefined));
	const auto = () => writeFile(`${paths.volume}/data/auto.cnf`, `[auto]\nserver-uuid=${uuid}\n`);

	test("says by its last word that mysqld came to a damaged page, and whose data they are", async () => {
		await auto();
		await mysqld(`echo "one" >&2; echo "${page}" >&2; echo "then" >&2; kill -6 $$`);
		expect(await run("start.sh")).toBe(134);
		expect(await said()).toEqual({ trouble: "corrupt", uuid, text: page });
	});

	test.each([
		["[MY-012224] [InnoDB] Checksum mismatch in datafile: ./ibdata1, Space ID:0, Flags: 18432.", true],
		["[MY-012216] [InnoDB] Cannot open datafile for read-only: 'mysql.ibd' OS error: 71", true],
		["[MY-012646] [InnoDB] File ./ibdata1: 'open' returned OS error 71. Cannot continue operation", true],
		["[MY-012646] [InnoDB] File ./ibdata1: 'open' returned OS error 124. Cannot continue operation", false],
		["[MY-012216] [InnoDB] Cannot open datafile for read-only: './app/t.ibd' OS error: 71", false],
		["[MY-012574] [InnoDB] Unable to lock ./ibdata1 error: 11", false],
		["[MY-010334] [Server] Failed to initialize DD Storage Engine", false],
	])("takes for damage only what is about the data themselves: %s", async (line, damage) => {
		await auto();
		await mysqld(`echo "2026-11-27T00:00:00Z 1 [ERROR] ${line}" >&2; exit 1`);
		expect(await run("start.sh")).toBe(1);
		expect((await said())?.trouble).toBe(damage ? "corrupt" : undefined);
	});

	test("says it again whatever mysqld ends with, until the data were cloned", async () => {
		await auto();
		await mysqld(`printf '%s' "${page}" >&2; exit 1`);
		await run("start.sh");
		await mysqld("exit 2");
		await rm(paths.lastWord);
		expect(await run("start.sh")).toBe(2);
		expect((await said())?.text).toBe(page);
		await mkdir(`${paths.volume}/data/#clone`);
		await writeFile(`${paths.volume}/data/#clone/#status_fix`, "");
		await rm(paths.lastWord);
		await run("start.sh");
		expect(await said()).toBeNull();
	});

	test("tells how much room there is on the volume, for as long as it runs", async () => {
		await writeFile(`${paths.volume}/data/t.ibd`, Buffer.alloc(100_000, 1));
		await program("mysql", `echo "$*" >>${JSON.stringify(root)}/asked; exec cat >>${JSON.stringify(root)}/told`);
		await mysqld("trap 'exit 0' TERM; while :; do sleep 0.05; done");
		const child = start("start.sh");
		const ended = once(child, "exit");
		const told = () => readFile(`${root}/told`, "utf8").catch(() => "");
		try {
			// On a busy machine it takes a while to start so many programs.
			for (let left = 400; left > 0 && !(await told()).includes(";"); left--)
				await new Promise((resolve) => setTimeout(resolve, 50));
		} finally {
			child.kill("SIGTERM");
			await ended;
		}
		const { blocks, bsize } = await statfs(paths.volume);
		const [, total, free, used] =
			/^SET @\w+total = (\d+), @\w+free = (\d+), @\w+used = (\d+);$/m.exec(await told()) ?? [];
		expect(Number(total)).toBe(blocks * bsize);
		expect(Number(free)).toBeLessThan(Number(total));
		expect(Number(used)).toBeGreaterThanOrEqual(100_000);
		expect(await readFile(`${root}/asked`, "utf8")).toMatch(`--defaults-file=${paths.run}/probe.cnf`);
	}, 30_000);

	test("passes everything on that mysqld says, whatever is in it", async () => {
		const lines = ["  two blanks", "back\\slash %s", "a".repeat(40_000), "the end without its line"];
		await writeFile(`${root}/lines`, lines.join("\n"));
		await mysqld(`cat ${JSON.stringify(root)}/lines >&2`);
		const child = spawn("sh", [`${paths.run}/start.sh`], {
			env: { PATH: `${root}/bin:/usr/bin:/bin` },
			stdio: ["ignore", "ignore", "pipe"],
		});
		const chunks: Buffer[] = [];
		child.stderr.on("data", (chunk) => chunks.push(chunk));
		await once(child, "close");
		expect(Buffer.concat(chunks).toString()).toBe(`${lines.join("\n")}\n`);
		expect(await said()).toBeNull();
	});

	test("waits while there is a hold", async () => {
		await writeFile(`${paths.run}/hold`, "");
		await mysqld("echo started");
		const child = start("start.sh");
		let held = true;
		const output = once(child.stdout, "data").then(([text]) => ({ text: String(text), held }));
		// Longer than two of its looks at the file.
		await new Promise((resolve) => setTimeout(resolve, 500));
		held = false;
		await rm(`${paths.run}/hold`);
		expect(await output).toEqual({ text: "started\n", held: false });
	});

	test("ends at SIGTERM while it waits", async () => {
		await writeFile(`${paths.run}/hold`, "");
		await mysqld("exit 0");
		const child = start("start.sh");
		const ended = once(child, "exit");
		await new Promise((resolve) => setTimeout(resolve, 200));
		child.kill("SIGTERM");
		expect(await ended).toEqual([143, null]);
	});

	test("removes the socket's lock, whose pid may be another process by now", async () => {
		for (const name of ["mysqld.sock", "mysqld.sock.lock", "mysqld.pid"]) await writeFile(`${paths.run}/${name}`, "1");
		await mysqld(`ls ${JSON.stringify(paths.run)}`);
		const child = start("start.sh");
		const [output] = await once(child.stdout, "data");
		expect(String(output)).not.toMatch(/mysqld\./);
	});
});

describe("leave.sh", () => {
	const runs = (pid: number) => writeFile(`${paths.run}/mysqld.pid`, `${pid}`);
	/** Answers with what the file `closed` holds, and notes the question. */
	const answering = () =>
		program("mysql", `echo "$*" >>${JSON.stringify(root)}/asked; cat ${JSON.stringify(root)}/closed`);
	const closed = (value: string) => writeFile(`${root}/closed`, value);
	const asked = async () => (await readFile(`${root}/asked`, "utf8").catch(() => "")).split("\n").length - 1;

	test("lets a replica go at the first answer", async () => {
		await Promise.all([runs(process.pid), answering(), closed("1")]);
		expect(await once(start("leave.sh", "60"), "exit")).toEqual([0, null]);
		expect(await asked()).toBe(1);
	});

	test("keeps an open primary until it is closed", async () => {
		await Promise.all([runs(process.pid), answering(), closed("0")]);
		const child = start("leave.sh", "60");
		const ended = once(child, "exit");
		for (let before = await asked(); (await asked()) < before + 2; ) await new Promise(setImmediate);
		expect(child.exitCode).toBeNull();
		await closed("1");
		expect(await ended).toEqual([0, null]);
	});

	test("waits for one that does not answer, and asks again", async () => {
		await Promise.all([
			runs(process.pid),
			program("mysql", `[ -e ${JSON.stringify(root)}/second ] && echo 1; touch ${JSON.stringify(root)}/second`),
		]);
		expect(await once(start("leave.sh", "60"), "exit")).toEqual([0, null]);
		expect(await readdir(root)).toContain("second");
	});

	test("waits for no mysqld that is gone, and no longer than it is told", async () => {
		await Promise.all([answering(), closed("0")]);
		expect(await once(start("leave.sh", "60"), "exit")).toEqual([0, null]);
		await runs(process.pid);
		expect(await once(start("leave.sh", "0.5"), "exit")).toEqual([0, null]);
	});
});
