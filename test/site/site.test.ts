/**
 * The local site for real: as root, minutes, and only where nothing else of the name runs.
 *   npm run unit -- --testPathIgnorePatterns /node_modules/ --testPathPatterns test/site --testTimeout 300000
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { machineFolder, machineWide, stateFolder } from "../../local/site/paths.ts";
import { type SiteDescription, siteDown, siteFault, siteStatus, siteUp } from "../../local/site/site.ts";
import { until } from "../../local/site/waiting.ts";
import { silent } from "../../local/step.ts";
import { ensureTools, type Tools } from "../../local/tools/tools.ts";
import { type Cluster, claim, cluster, holder, snapshotOf, webServers } from "./cluster.ts";
import { traces } from "./traces.ts";

const name = "proof";
const state = stateFolder(name);
const zones = ["zone-a", "zone-b", "zone-c"] as const;
const sysctls = ["vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops", "fs/inotify/max_user_instances"];

let tools: Tools;
let site: SiteDescription;
let kube: Cluster;
let slot = 0;
let before: string[];

beforeAll(async () => {
	tools = await ensureTools(silent);
	await siteDown(name, { wipe: true }, silent);
	before = readSysctls();
});
afterAll(() => siteDown(name, { wipe: true }, silent));

const up = () => siteUp(name, {}, tools, silent);
const pids = () => ["cp", ...zones].map((machine) => readFileSync(machineFolder(state, machine).pid, "utf8"));
const readSysctls = () => sysctls.map((path) => readFileSync(join("/proc/sys", path), "utf8"));
const nodeReady = async (zone: string) =>
	(await siteStatus(name)).machines.find((machine) => machine.name === zone)?.ready ?? null;

describe("up", () => {
	test("goes on from wherever an earlier one was interrupted", async () => {
		for (const milliseconds of [700, 1500, 3000, 6000]) {
			const script = `import { siteUp } from "./local/site/site.ts"; import { silent } from "./local/step.ts"; import { listenForInterruption } from "./local/tools/interruption.ts"; listenForInterruption(); await siteUp(${JSON.stringify(name)}, {}, ${JSON.stringify(tools)}, silent);`;
			const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], { stdio: "ignore" });
			await pause(milliseconds);
			child.kill("SIGINT");
			await once(child, "exit");
		}
		site = await up();
		kube = cluster(tools.bin, site.kubeconfig);
		slot = (await siteStatus(name)).slot ?? -1;
		expect(await Promise.all(zones.map(nodeReady))).toEqual([true, true, true]);
	});

	test("gives each node its zone and the site's region", async () => {
		const path = `{range .items[*]}{.metadata.name}={.metadata.labels.topology\\.kubernetes\\.io/zone}/{.metadata.labels.topology\\.kubernetes\\.io/region} {end}`;
		const nodes = (await kube.kubectl("get", "nodes", "-o", `jsonpath=${path}`)).trim().split(" ").sort();
		expect(nodes).toEqual(zones.map((zone) => `${zone}=${zone}/local-1`));
	});

	test("a second time within seconds starts nothing anew", async () => {
		const first = pids();
		const began = performance.now();
		await up();
		expect(pids()).toEqual(first);
		expect(performance.now() - began).toBeLessThan(15_000);
	});

	test("takes less than 3 GiB", async () => {
		expect((await siteStatus(name)).memory).toBeLessThan(3 * 1024 ** 3);
	});
});

describe("the network", () => {
	test("a pod reaches every zone's pod by its address, and the Service by its name", async () => {
		await kube.apply(...webServers(tools.runtimeImage));
		await kube.kubectl("rollout", "status", "daemonset/web", "--timeout=120s");
		const pod = await kube.podIn("zone-a", "web");
		for (const zone of zones) expect(await kube.fetchFrom(pod, `http://${await addressIn(zone)}:8080/`)).toBe(zone);
		const name = "http://web.default.svc.cluster.local/";
		await until("the Service answers by its name", 30, () => kube.fetchFrom(pod, name));
	});

	test("this machine reaches the Service by a node's port", async () => {
		const answer = await fetch(`http://${site.machines["zone-b"]}:30080/`, { signal: AbortSignal.timeout(5000) });
		expect(zones).toContain(await answer.text());
	});

	test("a cut stops its zone pair alone, and heal mends it", async () => {
		const pod = await kube.podIn("zone-a", "web");
		const answers = async () =>
			Promise.all(
				["zone-b", "zone-c"].map(async (zone) => kube.fetchFrom(pod, `http://${await addressIn(zone)}:8080/`)),
			);
		await siteFault(name, ["cut", "zone-b", "zone-a"]);
		expect(await answers()).toEqual(["", "zone-c"]);
		expect((await siteFault(name, ["list"])).cuts).toEqual([{ from: "zone-b", to: "zone-a" }]);
		await siteFault(name, ["heal"]);
		expect(await answers()).toEqual(["zone-b", "zone-c"]);
	});
});

describe("volumes", () => {
	const data = (pod: string, script: string) => kube.kubectl("exec", pod, "--", "sh", "-c", script);

	test("what a snapshot holds is restored in another zone, and later writes are not in it", async () => {
		await kube.apply(claim("first", "1Gi"), holder("first", tools.runtimeImage, "zone-a"));
		await kube.kubectl("wait", "--for=condition=Ready", "pod/first", "--timeout=90s");
		await data("first", "echo before > /data/f; sync");
		await kube.apply(snapshotOf("then", "first"));
		await kube.kubectl("wait", "--for=jsonpath={.status.readyToUse}=true", "volumesnapshot/then", "--timeout=60s");
		await data("first", "echo after > /data/f");
		await kube.apply(claim("second", "1Gi", "then"), holder("second", tools.runtimeImage, "zone-b"));
		await kube.kubectl("wait", "--for=condition=Ready", "pod/second", "--timeout=120s");
		expect([await data("first", "cat /data/f"), await data("second", "cat /data/f")]).toEqual(["after", "before"]);
	});

	test("a claim that is made larger grows under the running pod", async () => {
		await kube.kubectl("patch", "pvc", "first", "-p", '{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}');
		await kube.kubectl("wait", "--for=jsonpath={.status.capacity.storage}=2Gi", "pvc/first", "--timeout=60s");
		expect(await data("first", "cat /data/f")).toBe("after");
	});
});

describe("faults", () => {
	test("a killed zone is given up within 45 s and comes back with its data", async () => {
		await siteFault(name, ["kill", "zone-a"]);
		expect((await siteStatus(name)).state).toBe("partial");
		await until("the node is not Ready", 45, async () => (await nodeReady("zone-a")) === false);
		await siteFault(name, ["start", "zone-a"]);
		await until("the node is Ready", 60, () => nodeReady("zone-a"));
		const read = () => kube.kubectl("exec", "first", "--", "cat", "/data/f").catch(() => "");
		expect(await until("the pod runs again", 60, read)).toBe("after");
	});

	test("a frozen zone answers nothing, and goes on when it is thawed", async () => {
		const url = `http://${await addressIn("zone-c")}:8080/`;
		const ask = async () => (await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined))?.text();
		expect(await ask()).toBe("zone-c");
		await siteFault(name, ["freeze", "zone-c"]);
		expect(await ask()).toBeUndefined();
		await siteFault(name, ["thaw", "zone-c"]);
		expect(await until("the pod answers", 20, ask)).toBe("zone-c");
	});

	test("a machine that was killed while frozen is down at once", async () => {
		await siteFault(name, ["freeze", "zone-c"]);
		expect((await siteFault(name, ["kill", "zone-c"])).down).toEqual(["zone-c"]);
		await up();
		expect(await nodeReady("zone-c")).toBe(true);
	});
});

describe("down", () => {
	test("leaves nothing of the site, and the machine's settings as they were", async () => {
		await siteDown(name, { wipe: false }, silent);
		expect(traces(slot, state)).toEqual([]);
		// Another site that runs keeps them as it needs them; the last one down restores them.
		if (!otherSites()) expect(readSysctls()).toEqual(before);
	});

	test("a port that another program has is told before anything is started", async () => {
		// Another site's store has the port already, at its own address: then nobody can have it on every address.
		if (otherSites()) return;
		const other = createServer().listen(7071, "0.0.0.0");
		await once(other, "listening");
		try {
			await expect(up()).rejects.toThrow(/^stores\.store-1: port 7071 is taken/);
		} finally {
			other.close();
		}
		expect(traces(slot, state)).toEqual([]);
	});

	test("keeps the data: the same pods and claims are back after the next up", async () => {
		await up();
		const read = () => kube.kubectl("exec", "first", "--", "cat", "/data/f").catch(() => "");
		expect(await until("the pod runs again", 90, read)).toBe("after");
		await siteDown(name, { wipe: true }, silent);
		expect(traces(slot, state)).toEqual([]);
	});
});

function otherSites(): boolean {
	return readdirSync(join(machineWide, "slots")).length > 0;
}

/** Address of the web server in a zone. */
async function addressIn(zone: string): Promise<string> {
	const pod = await kube.podIn(zone, "web");
	return kube.kubectl("get", "pod", pod, "-o", "jsonpath={.status.podIP}");
}
